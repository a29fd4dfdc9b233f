'use strict';

// Runs in the thawed process, as a text. Objects that no name leads to, by the inspector of Node.js, whose session is
// of the same thread: each answer is there when `post` returns.

/**
 * @typedef {{ objectId: string }} Remote
 * @typedef {{ name: string, value?: { objectId?: string, description?: string, value?: { scriptId: string } } }} Property
 */

/**
 * @param {typeof import('node:inspector') | undefined} inspector
 * @param {string} mainFile
 * @param {object[]} ours objects that were made for the question, and are none of the process's
 */
function findHidden(inspector, mainFile, ours) {
  const KEY = '__heaphound__';
  const MOST_FUNCTIONS = 50_000;
  const MOST_FILES_TOLD = 5;
  /** @type {import('node:inspector').Session | undefined} */
  let session;
  /** @type {Map<string, string>} */
  const files = new Map();
  ours.push(files);

  /** @type {<T>(method: string, parameters?: object) => T} */
  function ask(method, parameters) {
    /** @type {unknown[]} */
    const answers = [];
    session?.post(method, parameters, (error, result) => answers.push(error ?? result));
    const [answer] = answers;
    if (answer === undefined || answer instanceof Error)
      throw new Error(`the inspector of the process refused ${method}`);
    return /** @type {never} */ (answer);
  }

  function connect() {
    if (session !== undefined) return;
    if (inspector === undefined) throw new Error('this Node.js has no inspector, which finds such objects');
    session = new inspector.Session();
    ours.push(session);
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url));
    ask('Debugger.enable');
    ask('Debugger.disable');
  }

  /** The object that the inspector knows by this id. @type {<T>(objectId: string) => T} */
  function take(objectId) {
    ask('Runtime.callFunctionOn', { objectId, functionDeclaration: `function () { globalThis.${KEY} = this; }` });
    const value = Reflect.get(globalThis, KEY);
    Reflect.deleteProperty(globalThis, KEY);
    return value;
  }

  /** @type {(value: object) => string} */
  function idOf(value) {
    Object.defineProperty(globalThis, KEY, { value, configurable: true, writable: true });
    /** @type {{ result: Remote }} */
    const { result } = ask('Runtime.evaluate', { expression: `globalThis.${KEY}` });
    Reflect.deleteProperty(globalThis, KEY);
    return result.objectId;
  }

  /** All objects that inherit from this one. @type {(prototype: object) => object[]} */
  function heirsOf(prototype) {
    connect();
    /** @type {{ objects: Remote }} */
    const { objects } = ask('Runtime.queryObjects', { prototypeObjectId: idOf(prototype) });
    /** @type {object[]} */
    const heirs = take(objects.objectId);
    return heirs.filter((object) => !ours.includes(object));
  }

  /** @type {(object: object, name: string) => unknown} */
  const own = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;

  /** @type {(object: object) => boolean} */
  function isPrototype(object) {
    const maker = own(object, 'constructor');
    return typeof maker === 'function' && own(maker, 'prototype') === object;
  }

  /** @type {(wanted: string | Function) => object[]} */
  function instances(wanted) {
    if (typeof wanted === 'function') return heirsOf(wanted.prototype).filter((object) => !isPrototype(object));
    if (typeof wanted !== 'string') throw new TypeError('instances() takes a class, or its name');
    return heirsOf(Object.prototype).filter((object) => {
      const prototype = Object.getPrototypeOf(object);
      const maker = prototype === null ? undefined : own(prototype, 'constructor');
      return typeof maker === 'function' && own(maker, 'name') === wanted && !isPrototype(object);
    });
  }

  /**
   * The file of a function, and the variables of its module.
   *
   * @type {(closure: Function, isWanted: (file: string) => boolean) => { file: string, variables: Record<string, unknown> } |
   *   undefined}
   */
  function moduleOf(closure, isWanted) {
    /** @type {{ internalProperties?: Property[] }} */
    const { internalProperties = [] } = ask('Runtime.getProperties', { objectId: idOf(closure), ownProperties: true });
    /** @type {(name: string) => Property['value']} */
    const internal = (name) => internalProperties.find((property) => property.name === name)?.value;
    const url = files.get(internal('[[FunctionLocation]]')?.value?.scriptId ?? '');
    const scopes = internal('[[Scopes]]')?.objectId;
    // Functions of Node.js itself have a URL of this kind, and code from strings has none.
    if (!url || url.startsWith('node:') || scopes === undefined) return undefined;
    const file = url.startsWith('file:') ? decodeURIComponent(url.slice('file://'.length)) : url;
    if (!isWanted(file)) return undefined;
    /** @type {{ result: Property[] }} */
    const { result: list } = ask('Runtime.getProperties', { objectId: scopes, ownProperties: true });
    // From the function outwards: those around it, its module, and what all share.
    const around = list.filter(({ value }) => !/^(Global|Script)/.test(value?.description ?? 'Global'));
    const outermost = around.at(-1);
    if (outermost?.value?.objectId === undefined) return undefined;
    /** @type {{ object: Record<string, unknown> }} */
    const { object: variables } = take(outermost.value.objectId);
    return { file, variables };
  }

  /** Functions whose text has this word. @type {(word: RegExp) => Function[]} */
  function functionsWith(word) {
    const text = Function.prototype.toString;
    const functions = /** @type {Function[]} */ (
      heirsOf(Function.prototype).filter((item) => typeof item === 'function')
    );
    const found = functions.filter((item) => word.test(text.call(item)));
    if (found.length > MOST_FUNCTIONS)
      throw new Error(
        `${found.length} functions may know the variable: too many to look at; ask for instances() of a class`,
      );
    return found;
  }

  /**
   * One value of a variable for each file: a file that was loaded twice has two.
   *
   * @type {(name: string) => Map<string, unknown[]>}
   */
  function valuesOf(name) {
    /** @type {Map<string, unknown[]>} */
    const values = new Map();
    const word = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`);
    for (const closure of functionsWith(word)) {
      const found = moduleOf(closure, () => true);
      if (found === undefined || !Object.hasOwn(found.variables, name)) continue;
      const known = values.get(found.file) ?? [];
      const value = found.variables[name];
      if (!known.some((other) => Object.is(other, value))) known.push(value);
      values.set(found.file, known);
    }
    return values;
  }

  /**
   * The variable of this name: of the main script, or else of the one own file, or else of the one file that has it.
   *
   * @type {(name: string) => { file: string, value: unknown } | undefined}
   */
  function variable(name) {
    const values = valuesOf(name);
    const all = [...values.keys()];
    if (all.length === 0) return undefined;
    const choices = [all.filter((file) => file === mainFile), all.filter((file) => !isOfPackage(file)), all];
    const chosen = choices.find((some) => some.length > 0) ?? all;
    if (chosen.length > 1) {
      const told = chosen.slice(0, MOST_FILES_TOLD).join(', ');
      throw new ReferenceError(
        `${name} is a variable of ${chosen.length} files (${told}${chosen.length > MOST_FILES_TOLD ? ', …' : ''}): ` +
          `say which, by variables('FILE').${name}`,
      );
    }
    return { file: chosen[0], value: single(name, chosen[0], values.get(chosen[0]) ?? []) };
  }

  /** @type {(name: string, file: string, values: unknown[]) => unknown} */
  function single(name, file, values) {
    if (values.length > 1)
      throw new ReferenceError(`${name} has ${values.length} values in ${file}, which may have been loaded again`);
    return values[0];
  }

  /** @type {(file: string) => boolean} */
  const isOfPackage = (file) => file.includes('/node_modules/');

  /** The variables of one file that its functions use. @type {(wanted: string) => object} */
  function variables(wanted) {
    if (typeof wanted !== 'string' || wanted === '') throw new TypeError('variables() takes the name of a file');
    /** @type {Set<string>} */
    const names = new Set();
    /** @type {Map<string, unknown[]>} */
    const values = new Map();
    for (const closure of functionsWith(/^/)) {
      const found = moduleOf(closure, (file) => file === wanted || file.endsWith(`/${wanted}`));
      if (found === undefined) continue;
      names.add(found.file);
      for (const name of Object.keys(found.variables)) {
        const known = values.get(name) ?? [];
        if (!known.some((other) => Object.is(other, found.variables[name]))) known.push(found.variables[name]);
        values.set(name, known);
      }
    }
    if (names.size === 0) throw new ReferenceError(`no function of a file ${wanted} is alive`);
    if (names.size > 1)
      throw new ReferenceError(
        `${wanted} is the end of several names: ${[...names].slice(0, MOST_FILES_TOLD).join(', ')}`,
      );
    const [file] = names;
    const result = {};
    for (const [name, known] of values)
      Object.defineProperty(result, name, {
        enumerable: true,
        // Whoever asks for one that has several values is told.
        ...(known.length === 1 ? { value: known[0] } : { get: () => single(name, file, known) }),
      });
    return result;
  }

  return { instances, variable, variables };
}

module.exports = { findHidden };
