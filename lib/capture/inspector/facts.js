'use strict';

// Questions to another process before its heap is taken. It may be Node.js, Deno without permissions, or a page
// of a browser: each answer may be missing.

/** Longest text of an answer that is believed. */
const LONGEST = 200;
const RUNTIMES = ['Node.js', 'Deno', 'Bun'];

/** Run there. */
const FACTS = `(() => {
  const ask = (question) => { try { return question() ?? null; } catch { return null; } };
  const load = ask(() => process.getBuiltinModule) ?? ask(() => require);
  const runtimes = { Deno: ask(() => Deno.version.deno) ?? ask(() => process.versions.deno), Bun: ask(() => Bun.version), 'Node.js': ask(() => process.versions.node && process.version) };
  const runtime = Object.keys(runtimes).find((name) => runtimes[name] !== null) ?? null;
  return {
    runtime,
    version: runtimes[runtime] ?? ask(() => navigator.userAgent),
    node: runtime === 'Node.js' ? process.version : null,
    pid: ask(() => Deno.pid) ?? ask(() => process.pid),
    spaces: ask(() => load('node:v8').getHeapSpaceStatistics().map((space) => ({ ...space }))),
    availableBytes: ask(() => process.availableMemory()),
  };
})()`;

/**
 * The answers, without what cannot be.
 *
 * @param {unknown} answers
 * @returns {{ runtime: import('../../..').Runtime, version: string, node?: string, pid?: number, spaces?: import('node:v8').HeapSpaceInfo[], availableBytes?: number }}
 */
function checkFacts(answers) {
  const { runtime, version, node, pid, spaces, availableBytes } = Object(answers);
  const isSpaces =
    Array.isArray(spaces) &&
    spaces.length > 0 &&
    spaces.every((space) => typeof space?.space_name === 'string' && Number.isFinite(space.space_used_size));
  return {
    runtime: RUNTIMES.includes(runtime) ? runtime : 'V8',
    version: typeof version === 'string' ? version.slice(0, LONGEST) : '',
    ...(typeof node === 'string' && node !== '' ? { node: node.slice(0, LONGEST) } : {}),
    ...(Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
    ...(isSpaces ? { spaces } : {}),
    ...(Number.isFinite(availableBytes) ? { availableBytes } : {}),
  };
}

module.exports = { FACTS, checkFacts };
