'use strict';

// V8's own count of the objects that inherit from a prototype, by the inspector. Unlike `v8.queryObjects`, the
// inspector can count in the context of a class. Jest runs tests in contexts of their own.

const { randomUUID } = require('node:crypto');
const vm = require('node:vm');

const GROUP = 'heaphound';

/**
 * Counts the instances in an array of objects. Prototypes of subclasses also inherit, and are not instances. Runs in
 * the context of the class.
 */
const COUNT = `function () {
  const own = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;
  let count = 0;
  for (const object of this) {
    const maker = own(object, 'constructor');
    if (typeof maker !== 'function' || own(maker, 'prototype') !== object) count += 1;
  }
  return count;
}`;

/**
 * Counts the objects of a class and its subclasses that are alive. V8 does a full collection first, and the thread
 * stands still for all of it. The session is of this thread, so the answer is there when `post` returns.
 *
 * @param {Function} Class
 * @param {import('node:inspector').Session} session connected
 * @returns {number}
 */
function liveInstances(Class, session) {
  /** @type {number[]} */
  const contexts = [];
  const note = (/** @type {any} */ { params }) => contexts.push(params.context.id);
  session.on('Runtime.executionContextCreated', note);
  const key = `heaphound-${randomUUID()}`;
  // Instances may be of the caller's context, of the context in which the process began, or of the class's.
  const globals = new Set([globalThis, vm.runInThisContext('globalThis'), globalOf(Class)]);
  for (const global of globals) Object.defineProperty(global, key, { value: Class.prototype, configurable: true });
  try {
    ask(session, 'Runtime.enable');
    return contexts.reduce((sum, contextId) => sum + countIn(session, contextId, key), 0);
  } finally {
    for (const global of globals) Reflect.deleteProperty(global, key);
    // An object of the group would be kept alive by the session.
    ask(session, 'Runtime.releaseObjectGroup', { objectGroup: GROUP });
    ask(session, 'Runtime.disable');
    session.off('Runtime.executionContextCreated', note);
  }
}

/**
 * @param {unknown} value
 * @returns {value is Function} whose objects can be counted
 */
function isClass(value) {
  return typeof value === 'function' && Object(value.prototype) === value.prototype;
}

/**
 * @param {Function} Class
 * @returns {any} the global object of the context in which it was made
 */
function globalOf(Class) {
  try {
    return Class.constructor('return globalThis')();
  } catch {
    // Contexts can forbid code from strings.
    return globalThis;
  }
}

/**
 * @param {import('node:inspector').Session} session
 * @param {number} contextId
 * @param {string} key
 * @returns {number}
 */
function countIn(session, contextId, key) {
  const { result: prototype } = ask(session, 'Runtime.evaluate', {
    expression: `globalThis[${JSON.stringify(key)}]`,
    contextId,
    objectGroup: GROUP,
  });
  if (prototype.objectId === undefined) return 0;
  const { objects } = ask(session, 'Runtime.queryObjects', {
    prototypeObjectId: prototype.objectId,
    objectGroup: GROUP,
  });
  const { result } = ask(session, 'Runtime.callFunctionOn', {
    functionDeclaration: COUNT,
    objectId: objects.objectId,
    returnByValue: true,
  });
  return result.value;
}

/**
 * @param {import('node:inspector').Session} session
 * @param {string} method
 * @param {object} [params]
 * @returns {any}
 */
function ask(session, method, params = {}) {
  /** @type {any} */
  let answer;
  session.post(method, params, (error, result) => {
    if (error)
      throw Object.assign(new Error(`the inspector does not answer ${method}: ${error.message}`), { cause: error });
    answer = result;
  });
  return answer;
}

module.exports = { isClass, liveInstances };
