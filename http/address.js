'use strict';

const { BlockList, isIP } = require('node:net');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * @param {string | undefined} name an address, or `localhost`
 * @returns {boolean}
 */
function isLoopback(name) {
  if (name === undefined) return false;
  if (name === 'localhost') return true;
  const address = name.replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The host name in the request, without the port.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @returns {string | undefined}
 */
function hostOf(headers) {
  const host = headers.host ?? headers[':authority'];
  if (typeof host !== 'string') return undefined;
  const [, six, other] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(host) ?? [];
  return (six ?? other)?.toLowerCase();
}

module.exports = { isLoopback, hostOf };
