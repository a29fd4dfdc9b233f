'use strict';

// A store that keeps records and takes no snapshot, for tests of what comes before one: a capture lasts until the test
// lets it go on.

const { once, EventEmitter } = require('node:events');

function openPaperStore() {
  const events = new EventEmitter();
  const records = new Map();
  const reports = new Map();
  const find = async (map, id) => {
    if (!map.has(id)) throw Object.assign(new Error(`the store has no ${id}`), { code: 'HEAPHOUND_ERR_NOT_STORED' });
    return map.get(id);
  };
  return {
    kind: 'custom',
    canRead: false,
    /** Captures that have begun. */
    begun: 0,
    /** False: captures end at once. */
    isGated: true,
    /** Lets the capture that is under way end. */
    open: () => events.emit('open'),
    async capture(take, meta, { signal }) {
      this.begun += 1;
      events.emit('begun');
      if (this.isGated) await once(events, 'open', { signal });
      const record = {
        version: 1,
        ...meta,
        location: 'paper',
        startedAt: new Date().toISOString(),
        storedBytes: 0,
        rawBytes: 0,
        sha256: '',
        pauseMs: 0,
      };
      records.set(meta.id, record);
      return record;
    },
    whenBegun: () => once(events, 'begun'),
    list: async () => [...records.values()].reverse(),
    get: (id) => find(records, id),
    source: (id) => find(records, id),
    delete: async (id) => records.delete((await find(records, id)).id),
    putReport: async (id, document) => reports.set(id, document),
    report: (id) => find(reports, id),
    hold: async () => async () => {},
    lock: async () => async () => {},
    close: async () => {},
  };
}

module.exports = { openPaperStore };
