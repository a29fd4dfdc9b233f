'use strict';

// A shop on Fastify with heaphound in it, as a service in production has it: routes behind a key, snapshots and
// verdicts in a bucket, the watcher on. `demo.js` starts it in a process of its own and tells it what the payment
// provider does: `{ providerAnswers: false }`. It says `{ port }` when it listens, and `{ rule }` and `{ capture }` as
// they happen.
//
// HEAP_TOKEN            the operators' key
// S3_ENDPOINT, S3_BUCKET, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// ALARM_URL             who is told of an alarm

const { subscribe } = require('node:diagnostics_channel');
const fastify = require('fastify');
const heaphound = require('../../fastify');
const { Order, Payments, Provider } = require('./payments');

const { HEAP_TOKEN, S3_ENDPOINT, S3_BUCKET, ALARM_URL } = process.env;

/**
 * What takes minutes and hours in production, in seconds. `watch: { webhook }` alone has the times for that. In so few
 * seconds a healthy heap may seem to rise: the watcher looks into it, sees the rise end, and is ready again at once.
 */
const DEMO_TIMES = {
  sampleMs: 250,
  windowMs: 1_000,
  settleMs: 5_000,
  limits: { spacingMs: 2_000, jitterMs: 100, cooldownMs: 1_000, maxCaptures: 60, maxPerDay: 60 },
};

async function main() {
  const app = fastify();
  await app.register(heaphound, {
    auth: { bearer: [HEAP_TOKEN] },
    prefix: '/internal',
    store: {
      s3: { bucket: S3_BUCKET, endpoint: S3_ENDPOINT, region: 'eu-central-1', forcePathStyle: true, service: 'shop' },
    },
    watch: { webhook: ALARM_URL, ...DEMO_TIMES },
  });

  const provider = new Provider();
  const payments = new Payments(provider);
  let orders = 0;

  app.post('/orders', async (_request, reply) => {
    orders += 1;
    const items = Array.from({ length: 20 }, (_, index) => ({
      article: `article ${orders} ${index}`,
      price: orders + index / 2,
    }));
    payments.request(new Order(orders, items));
    return reply.code(202).send({ order: orders });
  });

  subscribe('heaphound:rule', ({ rule, state }) => process.send({ rule, state }));
  subscribe('heaphound:capture', ({ event, snapshot }) => event === 'end' && process.send({ capture: snapshot }));
  process.on('message', ({ providerAnswers }) => (provider.answers = providerAnswers));
  process.on('disconnect', () => app.close());

  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send({ port: app.server.address().port });
}

main();
