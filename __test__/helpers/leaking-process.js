'use strict';

// A process that leaks, with a watcher whose times are short and whose clock its work moves on, so that a busy machine
// makes nothing different. It is given `{ dir, options, capture, allowFreeze, perTurn,
// upToShare }` as JSON, sends `{ alarm }`, `{
// state }`, `{ capture }`, and ends on any message.

const { subscribe } = require('node:diagnostics_channel');
const { createService, openStore, watchMemory } = require('../..');
const { heapLimit, oldBytes } = require('../../lib/watch/memory');

const TURN_MS = 10;

class Ticket {
  constructor(number) {
    this.number = number;
    this.text = `ticket ${number}`;
    this.seats = Array.from({ length: 40 }, (_, index) => number + index / 2);
  }
}

const tickets = new Map();

function keepTicket() {
  tickets.set(tickets.size, new Ticket(tickets.size));
}

async function main() {
  const { dir, options, capture, allowFreeze = false, perTurn, upToShare = 1 } = JSON.parse(process.argv[2]);
  const store = await openStore({ dir });
  const service = createService({ store, allowFreeze, ...(capture && { capture }) });
  subscribe('heaphound:alarm', (alarm) => process.send({ alarm }));
  subscribe('heaphound:rule', (state) => process.send({ state }));
  subscribe('heaphound:capture', (event) => process.send({ capture: event }));
  let workedMs = 0;
  const watcher = await watchMemory({ service, now: () => workedMs, ...options });
  setInterval(() => {
    workedMs += TURN_MS;
    const isFull = oldBytes() > upToShare * heapLimit();
    for (let index = 0; index < perTurn && !isFull; index += 1) keepTicket();
    let garbage;
    for (let index = 0; index < 2000; index += 1) garbage = { index, before: garbage?.index };
  }, TURN_MS);
  process.on('message', async () => {
    await watcher.stop();
    await service.close();
    await store.close();
    process.send({ stopped: true }, () => process.exit(0));
  });
}

main();
