'use strict';

const { requestError } = require('./errors');

/** Options of the gateway. The service checks the others. */
const OF_GATEWAY = [
  'auth',
  'dangerouslyAllowUnauthenticated',
  'allowDownload',
  'hosts',
  'publicPrefix',
  'store',
  'watch',
];
const OF_SERVICE = [
  'analysis',
  'capture',
  'limits',
  'threads',
  'allowFreeze',
  'whenNoRoom',
  'drainMs',
  'closeTimeoutMs',
];

/**
 * @param {any} options
 * @returns {any} a copy without `log`
 */
function checkGatewayOptions(options) {
  if (options === null || typeof options !== 'object') throw wrong('options', 'must be an object');
  const { log: _, ...checked } = options;
  for (const name of Object.keys(checked)) {
    if (![...OF_GATEWAY, ...OF_SERVICE].includes(name))
      throw wrong(name, `is unknown; known are ${[...OF_GATEWAY, ...OF_SERVICE].join(', ')}`);
  }
  const { allowDownload, hosts, publicPrefix, watch } = checked;
  const isPermission =
    allowDownload === undefined || typeof allowDownload === 'boolean' || allowDownload?.auth !== undefined;
  if (!isPermission) throw wrong('allowDownload', 'must be true, false, or { auth } with keys of its own');
  if (publicPrefix !== undefined) checkPath('publicPrefix', publicPrefix);
  if (hosts !== undefined && (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string')))
    throw wrong('hosts', 'must be an array of names');
  if (watch !== undefined && typeof watch !== 'boolean' && (watch === null || typeof watch !== 'object'))
    throw wrong('watch', 'must be true, false, or options of watchMemory');
  return { ...checked, ...(hosts && { hosts: hosts.map((/** @type {string} */ host) => host.toLowerCase()) }) };
}

/**
 * The path of the routes.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {string}
 */
function checkPath(name, value) {
  if (!isPath(value)) throw wrong(name, 'must be like /internal, of letters, digits and ._~-');
  return value;
}

/** @param {unknown} value @returns {value is string} */
function isPath(value) {
  return typeof value === 'string' && /^(?:\/[A-Za-z0-9._~-]+)*$/.test(value);
}

/**
 * @param {string} name
 * @param {string} what
 */
function wrong(name, what) {
  return requestError('HEAPHOUND_ERR_OPTION', `option ${name}: ${what}`);
}

module.exports = { checkGatewayOptions, checkPath, isPath, wrong };
