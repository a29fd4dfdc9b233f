'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { cacheOf, cutOf, headline, holder } = require('../words/leak-sentences');

/** A leak whose path is `reference name`, the container marked by `*` and the step to cut by `!`. */
function leakOf(...steps) {
  const retainingPath = steps.map((step, id) => {
    const [, marks, reference, name] = /^([*!]*)(.*) → (.*)$/.exec(step);
    return { id, reference, name, ...(marks.includes('!') && { cut: true }), container: marks.includes('*') };
  });
  const container = retainingPath.find((step) => step.container);
  return {
    className: 'Session',
    countGrowth: [7, 7],
    sizeGrowth: [700, 700],
    retainedGrowth: 2800,
    retainingPath,
    container,
  };
}

test('a container is written as code reaches it, from the nearest name that a person knows', () => {
  const cases = [
    [
      [' → Module', '.exports → Object', '*.sessions → Map', '!Map entry → Session'],
      'Module.exports.sessions, a Map',
      'Map entry of Module.exports.sessions, which holds Session',
    ],
    [
      [' → Module', 'variable state in app.js → Object', '*.sessions → Map', '!Map entry → Session'],
      'state.sessions, a Map',
      'Map entry of state.sessions, which holds Session',
    ],
    [
      [
        ' → Module',
        'variable target in create() → EventTarget',
        '[Symbol(kEvents)] → Map',
        '*Map entry → Object',
        '!.next → Listener',
      ],
      'EventTarget[Symbol(kEvents)].get(…), an Object',
      'EventTarget[Symbol(kEvents)].get(…).next, which holds Listener',
    ],
    [
      [
        ' → Module',
        'variable bus in app.js → EventEmitter',
        '._events → Object',
        '*.change → Array',
        '![] → (closure)',
      ],
      'EventEmitter._events.change, an Array',
      'EventEmitter._events.change[], which holds (closure)',
    ],
    [
      [' → Module', 'scope → system / Context', '*variable cache in createStore() → Map', '!Map entry → Session'],
      'variable cache in createStore(), a Map',
      'Map entry of variable cache in createStore(), which holds Session',
    ],
    [
      [' → Module', '*scope → system / Context', '!variable last in app.js → Session'],
      'variable last in app.js',
      'variable last in app.js, which holds Session',
    ],
    [['* → (roots)', '! → Session'], 'native code', 'none in JavaScript: native code holds Session until it is closed'],
    [
      [' → (roots)', '* → Node / Environment', '! → Node / Worker'],
      'native code',
      'none in JavaScript: native code holds Node / Worker until it is closed',
    ],
    [
      [' → (GC roots)', '* → (Stack roots)', '![7] → Session'],
      'a variable of the function that runs',
      'a variable of the function that runs, which holds Session',
    ],
    [['* → (GC roots)', '! → Session'], '(GC roots)', 'what (GC roots) holds: Session'],
  ];
  for (const [steps, held, cut] of cases) {
    const leak = leakOf(...steps);
    assert.equal(holder(leak), held);
    assert.equal(cutOf(leak), cut);
    assert.equal(
      headline(leak),
      `Session piles up in ${held}: +7 objects at every step, 200 B each with what they hold; 2.8 kB in all.`,
    );
  }
});

test('names of the heap do nothing to a terminal, and a quote marks them', () => {
  const leak = leakOf(' → Module', '*.a\u001b[2J → Map', '!Map entry → Evil\u202e');
  assert.equal(
    holder(leak, (text) => `<${text}>`),
    '<Module.a\\x1b[2J>, a <Map>',
  );
  assert.match(cutOf(leak), /which holds Evil\\u202e$/);
});

test('an object that a browser keeps without a name is shown with what it is kept for', () => {
  const leak = leakOf(
    ' → Window',
    '[[21]] → InternalNode',
    '*[[1]] → InternalNode',
    '![[1]] → EventListener',
    '[[1]] → Session',
  );
  assert.equal(holder(leak), 'what the browser keeps for Window');
  assert.equal(
    cutOf(leak),
    'none in JavaScript: what the browser keeps for Window holds Session until it is taken out',
  );
  assert.match(
    headline({ ...leak, countGrowth: [0, 0] }),
    /^Session swells, held by what the browser keeps for Window: /,
  );
});

test('a cache is recognised by its keys or its name, and no leak of the catalogue is one', () => {
  const list = leakOf(' → Module', '*.sessions → Array', '![] → Session');
  const cache = leakOf(' → Module', 'variable cache in app.js → Store', '*.values → Array', '![] → Session');
  cache.retainingPath[1].edge = 'cache';
  for (const [leak, kind, known, isTold] of [
    [list, 'growing-map', undefined, true],
    [list, 'growing-object', undefined, true],
    [list, 'growing-map', {}, false],
    [list, 'growing-array', undefined, false],
    [cache, 'growing-array', undefined, true],
    [cache, 'timers', undefined, false],
  ]) {
    assert.equal(cacheOf({ ...leak, kind, known }) !== '', isTold, `${kind} ${leak.container.reference}`);
  }
});
