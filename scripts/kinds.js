'use strict';

// What a person writes about each kind of leak. `write-kinds.js` makes the pages of docs/kinds/ of it, with the
// program, its verdict and its repair.

const NODE = 'https://nodejs.org/api/';

/**
 * `program`: a case of examples/leaks. `why`: why it leaks. `healthy`: how to tell it from what is no leak. `facts`:
 * what the language, V8 or Node.js does, each with its source.
 *
 * @type {Record<string, { program: string, why: string, healthy: string, facts: [string, string][] }>}
 */
module.exports = {
  'growing-map': {
    program: 'pending-replies',
    why: 'A Map keeps each entry until somebody deletes it. Here an entry is added for each call and taken out when the reply comes. Where no reply comes, the entry stays.',
    healthy:
      'A cache has a limit: its Map stops to grow, and with three snapshots after a warm-up it is no leak. Make the work between the snapshots longer than the cache needs to fill. A table of work under way shrinks when the work is done: take the last snapshot after the load has ended.',
    facts: [
      [
        '`delete()` and `clear()` are the only ways out of a Map',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Map',
      ],
    ],
  },
  'growing-set': {
    program: 'seen-in-a-set',
    why: 'A Set keeps each value until somebody deletes it. Here every visitor is marked as seen.',
    healthy:
      'A Set of a few fixed values (names of events, of routes) stops to grow. A Set of what is open now shrinks when the load ends.',
    facts: [
      [
        'A WeakSet marks an object and does not keep it',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/WeakSet',
      ],
    ],
  },
  'growing-array': {
    program: 'replaced-state',
    why: 'An array keeps each element until it is taken out. Here the state is copied at every step: the array is new each time, and has one message more.',
    healthy:
      'A buffer that is written out at times goes back to empty; take the snapshots at the same point of its round. A ring of the last few stays as long as it is.',
    facts: [
      [
        'V8 gives an array room for half as much again when it is full, so its own bytes grow in steps',
        'https://github.com/v8/v8/blob/main/src/objects/js-objects.h',
      ],
    ],
  },
  'growing-object': {
    program: 'object-as-map',
    why: 'A plain object with a property for each client, request or file keeps all of them.',
    healthy:
      'An object with a fixed set of properties does not grow. Where names come from outside (addresses, paths, ids), there is no end to them.',
    facts: [
      [
        'A Map is made for keys that come and go, and has `size`',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Map#objects_vs._maps',
      ],
    ],
  },
  'growing-list': {
    program: 'linked-queue',
    why: 'Each item refers to the next one or to the one before, so the first reference keeps the whole list.',
    healthy:
      'A queue that is as long as the work that waits goes back to empty when the load ends. It leaks when it takes more than it gives, for ever.',
    facts: [
      [
        'An object lives as long as a chain of references leads to it from a root',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Guide/Memory_management',
      ],
    ],
  },
  'growing-text': {
    program: 'growing-text',
    why: 'Adding to a string makes a rope: V8 keeps both parts, and the longer string has the shorter one in it. The variable keeps the last, and so all of them.',
    healthy: 'A text that is built for one answer goes with the answer. This one belongs to an object that lives on.',
    facts: [
      [
        'V8 represents a concatenation of 13 characters or more as a pair of strings (`ConsString`)',
        'https://github.com/v8/v8/blob/main/src/objects/string.h',
      ],
    ],
  },
  'weak-map-live-keys': {
    program: 'weak-map-live-keys',
    why: 'A WeakMap keeps a value as long as its key lives. These keys are accounts that live as long as the program.',
    healthy:
      'With a key that goes with the work (a request, a socket) the values go too, and the search finds no growth.',
    facts: [
      [
        'The value of a WeakMap is reachable while the map and the key are',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/WeakMap',
      ],
    ],
  },
  'event-listeners': {
    program: 'event-listeners',
    why: 'An emitter keeps its listeners, and a listener keeps the variables of the function around it. Here every request adds one to an emitter that lives as long as the program.',
    healthy:
      'A listener for each open connection goes when the connection closes: take snapshots at the same load. A listener for each module or plugin is added once, at the start.',
    facts: [
      [
        'Node.js warns at eleven listeners of one event, and keeps them all',
        `${NODE}events.html#emittersetmaxlistenersn`,
      ],
      [
        '`once(emitter, name, { signal })` takes its listener away when the signal aborts',
        `${NODE}events.html#eventsonceemitter-name-options`,
      ],
    ],
  },
  'abort-listeners': {
    program: 'abort-signal',
    why: 'A signal keeps its listeners until it aborts. Here each download listens to the signal of the whole program, which aborts once, at the end. `{ once: true }` does not help: it takes the listener away when the signal aborts.',
    healthy: 'A signal for each piece of work goes with the work, and its listeners go with it.',
    facts: [
      [
        'Node.js keeps a signal of `AbortSignal.timeout()` or `AbortSignal.any()` while somebody listens to it',
        'https://github.com/nodejs/node/pull/64481',
      ],
      [
        'In Node.js 20 and 22 a signal that lives long keeps a record of each `AbortSignal.any()`',
        'https://github.com/nodejs/node/issues/55351',
      ],
    ],
  },
  timers: {
    program: 'interval-timers',
    why: 'Node.js keeps each timer that has not fired, or that repeats, with its function and all that this refers to. `unref()` lets the process end; it does not let the timer go.',
    healthy:
      'A time limit for a request goes when it fires or is cleared. A few seconds of requests are there at any time, and their number follows the load. An interval for the whole program is made once.',
    facts: [
      [
        'Timers of one duration are one list, which the object `timerListMap` holds',
        'https://github.com/nodejs/node/blob/main/lib/internal/timers.js',
      ],
      [
        'A timeout of `timers/promises` can be ended by its option `signal`',
        `${NODE}timers.html#timerspromisessettimeoutdelay-value-options`,
      ],
    ],
  },
  promises: {
    program: 'promise-race',
    why: 'A promise that is not settled keeps a reaction for each `then`, `await` and `Promise.race` on it, with all that the function refers to. Here each job waits for a promise that lives as long as the program.',
    healthy:
      'A promise that settles lets its reactions go. Requests under way wait for promises, and their number follows the load.',
    facts: [
      [
        '`Promise.race` adds a reaction to each promise, and takes none away when another one wins',
        'https://github.com/nodejs/node/issues/17469',
      ],
    ],
  },
  closures: {
    program: 'shared-closures',
    why: 'Functions that are made in one call share one scope. Whoever keeps one of them keeps all variables that any of them uses. Here each version keeps the one before, by a variable that only the other function needs.',
    healthy:
      'A function that is kept alone, or that replaces the one before without a reference to it, makes no chain.',
    facts: [
      [
        'V8 makes one context for a call, with every variable that an inner function uses',
        'https://github.com/v8/v8/blob/main/src/objects/contexts.h',
      ],
    ],
  },
  globals: {
    program: 'global-dictionary',
    why: 'The global object lives as long as the program, and so does what is collected in one of its properties.',
    healthy: 'A global that is set once, or that has a limit, does not grow.',
    facts: [
      [
        'A property of globalThis is a root of the garbage collector',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Guide/Memory_management',
      ],
    ],
  },
  modules: {
    program: 'module-children',
    why: 'A module that is deleted from `require.cache` stays in `children` of the module that required it. ES modules have no cache that could be emptied: `import()` with another query loads another module, for ever.',
    healthy: 'Modules that are loaded late, each once, stop to come. `oneOff` lists them as loaded.',
    facts: [
      ['`module.children` has the modules that a module required first', `${NODE}modules.html#modulechildren`],
      ['Reloading by `require.cache` leaks', 'https://github.com/nodejs/node/issues/8443'],
      ['ES modules cannot be unloaded', 'https://github.com/nodejs/node/issues/49442'],
    ],
  },
  'async-context': {
    program: 'async-local-storage',
    why: 'What is started inside `storage.run()` keeps the store, so that its function finds it later. A timer or connection that lives on keeps the store of the request that happened to start it.',
    healthy: 'What the request starts and ends goes with it.',
    facts: [
      [
        'Before Node.js 24 each resource refers to the store; from 24 on it refers to a frame of all stores',
        'https://github.com/nodejs/node/pull/48528',
      ],
      [
        'An AsyncLocalStorage that ran something is kept until `disable()` before Node.js 24',
        'https://github.com/nodejs/node/pull/58065',
      ],
    ],
  },
  streams: {
    program: 'open-streams',
    why: 'A stream that nobody ends or destroys keeps its buffers, and whoever collects streams keeps them.',
    healthy: 'Streams of requests under way end with them. Take the last snapshot after the load has ended.',
    facts: [
      [
        '`pipeline()` destroys all its streams when one of them fails; `pipe()` does not',
        `${NODE}stream.html#streampipelinesource-transforms-destination-callback`,
      ],
      [
        '`finished()` leaves listeners behind, unless `cleanup` is set',
        `${NODE}stream.html#streamfinishedstream-options-callback`,
      ],
    ],
  },
  sockets: {
    program: 'open-sockets',
    why: 'An open socket has a handle in native code, which holds it: no variable has to. It stays until one of both sides closes it, or a timeout does.',
    healthy:
      'A pool opens as many connections as the load needs, and then uses them again. Take snapshots at the same load.',
    facts: [
      [
        '`socket.setTimeout()` only emits an event; the program has to destroy the socket',
        `${NODE}net.html#socketsettimeouttimeout-callback`,
      ],
      ['An agent with `keepAlive` keeps idle sockets; `agent.destroy()` ends them', `${NODE}http.html#agentdestroy`],
    ],
  },
  requests: {
    program: 'unfinished-requests',
    why: 'The agent keeps a request until its answer has been read to the end, and queues others behind it. A server keeps an answer until it is ended.',
    healthy: 'Requests under way end. Take the last snapshot after the load has ended.',
    facts: [
      ['An answer whose body is not read keeps its connection', `${NODE}http.html#class-httpclientrequest`],
      ['The same is true of `fetch()`', 'https://github.com/nodejs/node/issues/51162'],
    ],
  },
  instances: {
    program: 'observer-per-request',
    why: 'The constructor or a method puts the object into a list of the package or of Node.js, so that it works without a variable of the program. It stays there until a call takes it out.',
    healthy: 'One object for the program, or one for each of a few parts, is made at the start.',
    facts: [
      [
        'An observer is in a set of Node.js until `disconnect()`',
        `${NODE}perf_hooks.html#performanceobserverdisconnect`,
      ],
    ],
  },
  'string-slices': {
    program: 'string-slices',
    why: 'V8 makes a slice as a reference into the long string. Whoever keeps the slice keeps the whole text.',
    healthy: 'A slice that goes with its text costs nothing. It leaks when the slice lives longer.',
    facts: [
      [
        'A slice of 13 characters or more refers to its parent (`SlicedString`)',
        'https://github.com/v8/v8/blob/main/src/objects/string.h',
      ],
    ],
  },
  'buffer-slices': {
    program: 'parts-of-messages',
    why: '`subarray()` and `slice()` of a Buffer make a view of the same memory. Whoever keeps the view keeps the whole message.',
    healthy:
      'A Buffer that is kept whole is of the kind of its container. Small Buffers share a pool of 8 kB, and that is as small.',
    facts: [['`buf.subarray()` refers to the same memory', `${NODE}buffer.html#bufsubarraystart-end`]],
  },
  'external-memory': {
    program: 'wasm-memory',
    why: 'The bytes lie outside of the JavaScript heap, and a small object holds them. The memory of a WebAssembly module grows and never shrinks.',
    healthy: 'Memory that grows to the size of the largest job, and is used again, stops to grow.',
    facts: [
      [
        '`memory.grow()` has no opposite',
        'https://developer.mozilla.org/en-US/docs/WebAssembly/Reference/JavaScript_interface/Memory/grow',
      ],
      ['`process.memoryUsage().external` and `.arrayBuffers` count it', `${NODE}process.html#processmemoryusage`],
    ],
  },
  contexts: {
    program: 'vm-contexts',
    why: 'Each context of `node:vm` has a global object and all built-in objects of its own. One function of it keeps the whole.',
    healthy: 'A context for each plugin or tenant is made once. Test runners make one for each file, and drop it.',
    facts: [['`vm.createContext()` makes a new global object', `${NODE}vm.html#vmcreatecontextcontextobject-options`]],
  },
  workers: {
    program: 'idle-workers',
    why: 'A worker runs until it has nothing to wait for, or is terminated. A listener for messages is something to wait for. `unref()` lets the process end; it does not end the worker.',
    healthy: 'A pool of a fixed size stops to grow.',
    facts: [
      ['A worker that listens to `parentPort` does not end by itself', `${NODE}worker_threads.html#workerterminate`],
    ],
  },
  ports: {
    program: 'open-ports',
    why: 'An open port is held by native code, with its listeners, until one of both ends is closed.',
    healthy: 'A channel for each worker of a pool is made once.',
    facts: [['Closing one end closes both', `${NODE}worker_threads.html#portclose`]],
  },
  'finalization-registry': {
    program: 'finalization-registry',
    why: 'A registry keeps what is registered as the held value. When that leads to the object itself, the object is always reachable, and its cleanup never comes.',
    healthy: 'A held value that is a key or a handle lets the object go, and its cell with it.',
    facts: [
      [
        'The held value must not refer to the object',
        'https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/FinalizationRegistry',
      ],
    ],
  },
  'native-handles': {
    program: 'child-processes',
    why: 'The event loop or native code holds the object: a child process, a watcher of files, a server. It stays until it is closed, and no variable has to refer to it.',
    healthy: 'Handles of work under way close with it. `process.getActiveResourcesInfo()` counts what is open now.',
    facts: [
      [
        '`process.getActiveResourcesInfo()` lists what keeps the event loop alive',
        `${NODE}process.html#processgetactiveresourcesinfo`,
      ],
    ],
  },
};
