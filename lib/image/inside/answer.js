'use strict';

// Runs in the thawed process, as a text, with the other files of this folder. It evaluates the code of the user, and
// gives JSON: nothing that the code does or throws escapes.

/**
 * @param {string} code
 * @param {{ text: number, json: number }} most characters
 * @param {{ findHidden: typeof import('./module-variables').findHidden,
 *   requireLoaded: typeof import('./loaded-modules').requireLoaded,
 *   valueAsJson: typeof import('./value-as-json').valueAsJson }} parts
 */
function answer(code, most, { findHidden, requireLoaded, valueAsJson }) {
  const { stringify } = JSON;
  /** @type {Map<string, string>} */
  const used = new Map();

  /** @type {(value: unknown) => string} */
  let inspect = String;

  function evaluate() {
    const { process } = globalThis;
    const require = requireLoaded(process);
    const built = (/** @type {string} */ name) => {
      try {
        return require(`node:${name}`);
      } catch {
        return undefined;
      }
    };
    const util = /** @type {typeof import('node:util') | undefined} */ (built('util'));
    if (util) inspect = (value) => util.inspect(value, { depth: 4, maxStringLength: most.text });
    for (const name of ['exit', 'reallyExit', 'abort'])
      Reflect.set(process, name, () => {
        throw new Error(`process.${name} does not work in a thawed process`);
      });
    const mainFile = process.mainModule?.filename ?? process.argv[1];
    /** @type {Map<string, { file: string, value: unknown }>} */
    const found = new Map();
    const hidden = findHidden(
      /** @type {typeof import('node:inspector') | undefined} */ (built('inspector')),
      mainFile,
      [used, found],
    );
    /** @type {Record<string, unknown>} */
    const own = { __proto__: null, require, instances: hidden.instances, variables: hidden.variables };
    /** @type {(name: string) => boolean} */
    function isDeclared(name) {
      if (name in globalThis) return true;
      try {
        // A variable of a script, which is no property.
        new Function(`return ${name};`)();
        return true;
      } catch {
        return false;
      }
    }

    const names = new Proxy(own, {
      has(_, name) {
        if (typeof name !== 'string' || !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return false;
        if (name === 'arguments' || isDeclared(name)) return false;
        if (name in own || found.has(name)) return true;
        const variable = hidden.variable(name);
        if (variable === undefined) return false;
        found.set(name, variable);
        used.set(name, variable.file);
        return true;
      },
      get: (_, name) => (typeof name === 'symbol' ? undefined : name in own ? own[name] : found.get(name)?.value),
      set() {
        throw new TypeError('variables of modules can be read here, and not set');
      },
    });
    // Made in the global scope: the code sees nothing of this one.
    const run = new Function('__heaphound__', 'with (__heaphound__) { return eval(arguments[1]); }');
    return run(names, code);
  }

  /** @type {(text: string, length: number) => string} */
  const cut = (text, length) => (text.length > length ? text.slice(0, length) : text);

  /** @type {(error: unknown) => string} */
  function thrown(error) {
    try {
      const isError = typeof error === 'object' && error !== null && 'message' in error;
      const said = isError ? `${Reflect.get(error, 'name')}: ${error.message}` : inspect(error);
      const isUnknown = error instanceof ReferenceError && said.endsWith(' is not defined');
      return (
        cut(said, 2000) + (isUnknown ? ': no global, and no variable of a module that a living function uses' : '')
      );
    } catch {
      return 'something that cannot be told';
    }
  }

  try {
    const value = evaluate();
    const text = inspect(value);
    const json = valueAsJson(value, most.json);
    const facts = {
      type: value === null ? 'null' : typeof value,
      text: cut(text, most.text),
      isCut: text.length > most.text,
      ...('why' in json && { whyNoValue: cut(json.why, 500) }),
      variables: [...used].map(([name, file]) => ({ name, file })),
    };
    return `{"facts":${stringify(facts)}${'json' in json ? `,"value":${json.json}` : ''}}`;
  } catch (error) {
    return stringify({ threw: thrown(error) });
  }
}

module.exports = { answer };
