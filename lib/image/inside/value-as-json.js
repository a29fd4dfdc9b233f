'use strict';

// Runs in the thawed process, as a text. JSON of a value, when JSON has all of it.

/**
 * @param {unknown} value
 * @param {number} most characters
 * @returns {{ json: string } | { why: string }}
 */
function valueAsJson(value, most) {
  const WHOLE = ['[object Object]', '[object Array]', '[object Number]', '[object String]', '[object Boolean]'];

  /** Why JSON would leave something out, if so. @type {(item: unknown, holder: unknown) => string | undefined} */
  function lost(item, holder) {
    const type = typeof item;
    if (type === 'bigint' || type === 'symbol' || type === 'function') return `a ${type}`;
    if (type === 'number' && !Number.isFinite(item)) return String(item);
    if (item === undefined && Array.isArray(holder)) return 'undefined';
    if (type !== 'object' || item === null) return undefined;
    const tag = Object.prototype.toString.call(item);
    if (!WHOLE.includes(tag)) return tag.slice('[object '.length, -1);
    const isHidden = (/** @type {symbol} */ key) => Object.prototype.propertyIsEnumerable.call(item, key);
    return Object.getOwnPropertySymbols(item).some((key) => isHidden(key)) ? 'an object with symbols' : undefined;
  }

  /** @type {string | undefined} */
  let why;
  try {
    const json = JSON.stringify(
      value,
      /** @this {unknown} */ function (key, item) {
        const what = lost(item, this);
        if (what === undefined) return item;
        why = key === '' ? `it is ${what}` : `${JSON.stringify(key)} is ${what}`;
        throw new TypeError(why);
      },
    );
    if (json === undefined) return { why: `it is ${typeof value}` };
    return json.length > most ? { why: `its JSON has ${json.length} characters, and ${most} are possible` } : { json };
  } catch (error) {
    return { why: why ?? String(error) };
  }
}

module.exports = { valueAsJson };
