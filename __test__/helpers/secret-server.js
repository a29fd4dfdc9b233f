'use strict';

// A Fastify server whose requests carry secrets and whose sessions leak. Run as a program it serves itself, and
// captures three times.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const ENVIRONMENT_SECRET = 'environment-4f1c0e6a7b92d853';
const HEADER_SECRET = 'header-8d27aa10cb6e4f95';
const COOKIE_SECRET = 'cookie-19b3f7720d5c4e8a';
const BODY_SECRET = 'body-c05d1e93f2a84b76';
const NESTED_SECRET = 'nested-7e6f5a4b3c2d1e0f';
const QUERY_SECRET = 'query-2b9d8c7f6e5a4031';
const SECRETS = [ENVIRONMENT_SECRET, HEADER_SECRET, COOKIE_SECRET, BODY_SECRET, NESTED_SECRET, QUERY_SECRET];

const REQUESTS = 150;

/**
 * @param {string} folder
 * @param {object} options of the captures
 * @returns {string[]} the three files
 */
function runServer(folder, options) {
  const env = { ...process.env, DATABASE_PASSWORD: ENVIRONMENT_SECRET };
  const out = execFileSync(process.execPath, ['--expose-gc', __filename, folder, JSON.stringify(options)], {
    env,
    encoding: 'utf8',
  });
  return JSON.parse(out);
}

async function main(folder, options) {
  const fastify = require('fastify')();
  const { captureSnapshot } = require('../..');
  class Session {
    constructor(request) {
      this.authorization = request.headers.authorization;
      this.cookie = request.headers.cookie;
      this.body = request.body;
      this.url = request.url;
      this.environment = { ...process.env };
    }
  }
  const sessions = new Map();
  fastify.post('/login', async (request) => {
    sessions.set(`${request.headers.authorization} ${sessions.size}`, new Session(request));
    return { ok: true };
  });
  const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  const files = [];
  for (let round = 0; round < 3; round += 1) {
    for (let request = 0; request < REQUESTS; request += 1) {
      const response = await fetch(`${url}/login?token=${QUERY_SECRET}-${request}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${HEADER_SECRET}-${request}`,
          cookie: `sid=${COOKIE_SECRET}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ password: `${BODY_SECRET}-${request}`, card: { number: [NESTED_SECRET] } }),
      });
      await response.text();
    }
    globalThis.gc();
    const suffix = { gzip: '.gz', zstd: '.zst', none: '' }[options.compression ?? 'zstd'];
    const { path: file } = await captureSnapshot({
      mode: 'inline',
      ...options,
      keepIds: true,
      path: path.join(folder, `server-${round}.heapsnapshot${suffix}`),
    });
    files.push(file);
  }
  await fastify.close();
  process.stdout.write(JSON.stringify(files));
  // Undici keeps its connections for a while.
  process.exit();
}

if (require.main === module) main(process.argv[2], JSON.parse(process.argv[3]));

module.exports = { SECRETS, runServer };
