'use strict';

// Real servers of S3's language on the loopback: s3rver in this process, and moto where it is installed (`tool.js`).

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const S3rver = require('s3rver');
const { S3Client, CreateBucketCommand } = require('@aws-sdk/client-s3');
const { tool } = require('./tool');

const BUCKET = 'dumps';

/** What the SDK's chain finds. */
function setCredentials() {
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER';
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
}

/** @param {import('node:test').TestContext} t */
async function startS3rver(t) {
  setCredentials();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-s3rver-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  t.after(async () => {
    await server.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });
  return settings(port);
}

/** @param {import('node:test').TestContext} t */
async function startMoto(t) {
  setCredentials();
  const port = await freePort();
  const child = spawn(tool('moto_server').command, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const s3 = settings(port);
  const client = clientOf(s3);
  t.after(() => client.destroy());
  for (;;) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
      return { ...s3, client };
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** @param {{ endpoint: string, region: string }} s3 */
function clientOf({ endpoint, region }) {
  return new S3Client({ endpoint, region, forcePathStyle: true, maxAttempts: 1 });
}

/** @param {number} port */
function settings(port) {
  return { bucket: BUCKET, endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true, region: 'eu-central-1' };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

module.exports = { BUCKET, clientOf, startMoto, startS3rver };
