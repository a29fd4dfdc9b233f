'use strict';

// A process that leaks, with a watcher whose times are short. `how`: `{ options, perTurn, rate }`; it sends `{ alarm }`, `{ state }`, and ends on `stop`.

const { subscribe } = require('node:diagnostics_channel');
const { createService, openStore, watchMemory } = require('../..');

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
  const { dir, options, capture, perTurn, upTo = Infinity, turnMs = 10 } = JSON.parse(process.argv[2]);
  const store = await openStore({ dir });
  const service = createService({ store, ...(capture && { capture }) });
  subscribe('heaphound:alarm', (alarm) => process.send({ alarm }));
  subscribe('heaphound:rule', (state) => process.send({ state }));
  subscribe('heaphound:capture', (event) => process.send({ capture: event }));
  const watcher = await watchMemory({ service, ...options });
  setInterval(() => {
    for (let index = 0; index < perTurn && tickets.size < upTo; index += 1) keepTicket();
    let garbage;
    for (let index = 0; index < 2000; index += 1) garbage = { index, before: garbage?.index };
  }, turnMs);
  process.on('message', async () => {
    await watcher.stop();
    await service.close();
    await store.close();
    process.send({ stopped: true }, () => process.exit(0));
  });
}

main();
