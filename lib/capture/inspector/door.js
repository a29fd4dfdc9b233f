'use strict';

// From what a user says of another process to the URL of its inspector; opens it when it is closed.

const dns = require('node:dns/promises');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { inspectorError, optionError } = require('../../errors');

const LOOPBACK = '127.0.0.1';
const DEFAULT_PORT = 9229;
/** How long a process may take to open its inspector; one that is in the middle of a loop does it meanwhile. */
const OPENS_MS = 5000;
const LOOK_EVERY_MS = 25;
const ANSWER_MS = 5000;
const AGAIN_MS = 200;
const LONGEST_TITLE = 80;
/** State of a socket in `/proc/net/tcp` that takes connections. */
const LISTENING = '0A';

/**
 * A way to the inspector, and who has to close it.
 *
 * @typedef {object} Door
 * @property {string} url of the WebSocket
 * @property {boolean} wasOpened by us: it was closed before
 * @property {() => Promise<boolean>} isShut for one that we opened
 */

/**
 * @param {string | number} inspect a port, `host:port`, an `http:` or a `ws:` URL
 * @returns {Promise<Door>}
 */
async function knock(inspect) {
  const text = String(inspect);
  if (/^wss?:\/\//.test(text)) return { url: text, wasOpened: false, isShut: async () => false };
  const { host, port } = addressOf(text);
  return { url: await socketUrl(host, port), wasOpened: false, isShut: async () => false };
}

/**
 * Opens the inspector of a process of this machine by SIGUSR1, when it is closed.
 *
 * @param {number} pid
 * @returns {Promise<Door>}
 */
async function openDoor(pid) {
  if (process.platform !== 'linux')
    throw inspectorError('`pid` works on Linux only: start the process with --inspect and use `inspect`');
  checkProcess(pid);
  const before = listeners(pid);
  for (const { host, port } of before.filter(({ port }) => likelyPorts(pid).includes(port))) {
    const url = await socketUrl(host, port).catch(() => undefined);
    if (url !== undefined) return { url, wasOpened: false, isShut: async () => false };
  }
  process.kill(pid, 'SIGUSR1');
  for (const end = performance.now() + OPENS_MS; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    const [added] = listeners(pid).filter(({ inode }) => !before.some((known) => known.inode === inode));
    if (added === undefined) continue;
    const url = await socketUrl(added.host, added.port);
    return { url, wasOpened: true, isShut: () => isShut(pid, added.inode) };
  }
  throw inspectorError(
    `process ${pid} did not open it within ${OPENS_MS} ms of SIGUSR1: port ${DEFAULT_PORT} may be taken by another process (start it with --inspect-port=0), ` +
      'it may be open on a port of its own (use `inspect`), or the process handles the signal itself',
  );
}

/**
 * @param {number} pid
 * @param {string} inode
 */
async function isShut(pid, inode) {
  for (const end = performance.now() + OPENS_MS; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    if (!fs.existsSync(`/proc/${pid}`) || !listeners(pid).some((known) => known.inode === inode)) return true;
  }
  return false;
}

/**
 * SIGUSR1 ends a process that does not expect it: only what looks like Node and catches it may get one.
 *
 * @param {number} pid
 */
function checkProcess(pid) {
  const directory = `/proc/${pid}`;
  if (!fs.existsSync(directory)) throw inspectorError(`there is no process ${pid}`);
  let program;
  try {
    program = path.basename(fs.readlinkSync(`${directory}/exe`));
    fs.readdirSync(`${directory}/fd`);
  } catch (error) {
    throw inspectorError(
      `process ${pid} cannot be looked at (${/** @type {Error} */ (error).message}): run as its user`,
    );
  }
  const [, mask = '0'] = /^SigCgt:\s+([0-9a-f]+)$/m.exec(fs.readFileSync(`${directory}/status`, 'utf8')) ?? [];
  const bit = BigInt(os.constants.signals.SIGUSR1 - 1);
  if (!/^(node|electron)/i.test(program) || ((BigInt(`0x${mask}`) >> bit) & 1n) === 0n) {
    throw inspectorError(
      `process ${pid} (${program}) is not a Node.js process that opens its inspector on SIGUSR1, which would end it; start it with --inspect and use \`inspect\``,
    );
  }
  if (fs.readlinkSync(`${directory}/ns/net`) !== fs.readlinkSync('/proc/self/ns/net')) {
    throw inspectorError(
      `process ${pid} is in another network namespace, its loopback is not ours: run there (nsenter -t ${pid} -n, docker exec)`,
    );
  }
}

/**
 * Ports on which the process may have its inspector already. No other port is asked: what listens there is not ours to
 * disturb.
 *
 * @param {number} pid
 */
function likelyPorts(pid) {
  const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const named = words.map((word) => /^--inspect(?:-brk|-wait|-port)?(?:=(?:.*:)?(\d+))?$/.exec(word)?.[1]);
  return [DEFAULT_PORT, ...named.filter((port) => port !== undefined).map(Number)];
}

/**
 * Sockets of the process that take connections.
 *
 * @param {number} pid
 * @returns {{ inode: string, host: string, port: number }[]}
 */
function listeners(pid) {
  const own = new Set();
  for (const name of list(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode) own.add(inode);
    } catch {
      // It was closed since.
    }
  }
  return ['tcp', 'tcp6'].flatMap((table) => {
    const rows = read(`/proc/${pid}/net/${table}`).split('\n').slice(1);
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter((row) => row[3] === LISTENING && own.has(row[9]))
      .map((row) => {
        const [address, port] = row[1].split(':');
        return { inode: row[9], host: hostOf(address), port: parseInt(port, 16) };
      });
  });
}

/**
 * The address to connect to: of all addresses the kernel prints, 32-bit words in its own byte order.
 *
 * @param {string} hexadecimal
 */
function hostOf(hexadecimal) {
  const bytes = Buffer.from(hexadecimal, 'hex');
  if (os.endianness() === 'LE') bytes.swap32();
  if (bytes.every((byte) => byte === 0)) return bytes.length === 4 ? LOOPBACK : '::1';
  if (bytes.length === 4) return bytes.join('.');
  return Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16)).join(':');
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string>}
 */
async function socketUrl(host, port) {
  // Node answers only to names that are addresses, or localhost.
  const address = net.isIP(host)
    ? host
    : (
        await dns.lookup(host).catch((error) => {
          throw inspectorError(error.message);
        })
      ).address;
  const list = await getJson(address, port).catch((error) => {
    if (error.cause?.code !== 'ECONNRESET') throw error;
    // It still clears up after a connection that was cut.
    return sleep(AGAIN_MS).then(() => getJson(address, port));
  });
  const targets = (Array.isArray(list) ? list : []).filter(
    (target) => typeof target?.webSocketDebuggerUrl === 'string',
  );
  // A browser has one for each page, and more that are no page.
  const pages = targets.filter(({ type }) => type === 'page');
  if (pages.length > 1) {
    const named = pages.map(
      ({ title, url, webSocketDebuggerUrl }) =>
        `${webSocketDebuggerUrl} (${String(title || url).slice(0, LONGEST_TITLE)})`,
    );
    throw inspectorError(`${host}:${port} has ${pages.length} pages, name one by its URL: ${named.join(', ')}`);
  }
  const [target = targets[0]] = pages;
  if (target === undefined) throw inspectorError(`${host}:${port} is no inspector of V8`);
  return target.webSocketDebuggerUrl;
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<unknown>}
 */
function getJson(host, port) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {Error} */ cause) => {
      const what = cause.name === 'AbortError' ? `no answer within ${ANSWER_MS} ms` : cause.message;
      reject(Object.assign(inspectorError(`${host}:${port}: ${what}`), { cause }));
    };
    const request = http.get(
      { host, port, path: '/json/list', signal: AbortSignal.timeout(ANSWER_MS), agent: false },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (piece) => (text += piece))
          .on('error', fail)
          .on('end', () => {
            try {
              resolve(JSON.parse(text));
            } catch {
              reject(inspectorError(`${host}:${port} is no inspector of V8`));
            }
          });
      },
    );
    request.on('error', fail);
  });
}

/** @param {string} text */
function addressOf(text) {
  const url = /^\d+$/.test(text) ? `http://${LOOPBACK}:${text}` : /^https?:\/\//.test(text) ? text : `http://${text}`;
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: '', port: '' };
  const number = Number(port || DEFAULT_PORT);
  if (hostname === '' || number < 1 || number > 65535)
    throw optionError('inspect', 'must be a port, host:port, or the URL of an inspector');
  return { host: hostname.replace(/^\[|\]$/g, ''), port: number };
}

/** @param {string} directory */
function list(directory) {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

module.exports = { knock, openDoor };
