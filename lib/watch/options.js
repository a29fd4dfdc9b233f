'use strict';

// Options of the watcher, and their defaults (docs/watcher.md).

const { optionError } = require('../errors');
const { MAX_MS, checkOptions, integer, oneOf, ofType } = require('../options');
const { RULES } = require('./rules');

const milliseconds = integer(1, MAX_MS);

const DEFAULTS = Object.freeze({
  sampleMs: 15_000,
  windowMs: 15_000,
  settleMs: 60_000,
  minWindows: 8,
  samplingMs: 30_000,
  threads: 1,
});
const LIMITS = Object.freeze({
  maxCaptures: 12,
  maxPerDay: 6,
  spacingMs: 60_000,
  cooldownMs: 600_000,
  repeatMs: 24 * 3600_000,
  jitterMs: 15_000,
  lockMs: 3600_000,
});
const WEBHOOK = Object.freeze({ timeoutMs: 5_000, retries: 3, retryMs: 1_000, headers: {}, allowHttp: false });
/** Hosts that are this machine. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const LIMIT_CHECKS = {
  maxCaptures: integer(0),
  maxPerDay: integer(0),
  spacingMs: integer(0, MAX_MS),
  cooldownMs: integer(0, MAX_MS),
  repeatMs: integer(0, MAX_MS),
  jitterMs: integer(0, MAX_MS),
  lockMs: milliseconds,
};

/** @satisfies {Record<string, import('../options').Check>} */
const WEBHOOK_CHECKS = {
  url: ofType('string'),
  timeoutMs: milliseconds,
  retries: integer(0, 10),
  retryMs: milliseconds,
  allowHttp: ofType('boolean'),
  headers: (name, value) => {
    if (value === null || typeof value !== 'object' || !Object.values(value).every((text) => typeof text === 'string'))
      throw optionError(name, 'must be an object of texts');
    return { ...value };
  },
};

/** @satisfies {Record<string, import('../options').Check>} */
const CHECKS = {
  service: methods('capture', 'leaks'),
  store: (_, value) => value,
  capture: ofType('function'),
  analyse: ofType('function'),
  whenNoRoom: oneOf(['freeze']),
  log: methods('info', 'warn', 'error'),
  sampleMs: milliseconds,
  windowMs: milliseconds,
  settleMs: integer(0, MAX_MS),
  samplingMs: milliseconds,
  minWindows: integer(5, 40),
  threads: integer(1, 256),
  now: ofType('function'),
  limits: (_, value) => checkOptions(value, LIMIT_CHECKS),
  webhook,
  rules: (_, value) => checkOptions(value, Object.fromEntries(Object.keys(RULES).map((rule) => [rule, ruleSetting]))),
};

/** Sources of snapshots and verdicts: one of these may be given. */
const EVIDENCE = /** @type {const} */ (['service', 'store', 'capture']);

const RULE_CHECKS = { enabled: ofType('boolean'), share };

/** @param {import('../..').WatchOptions} [options] */
function checkWatchOptions(options) {
  const checked = checkOptions(options, CHECKS);
  if ((checked.capture === undefined) !== (checked.analyse === undefined))
    throw optionError('capture', 'goes together with analyse');
  const ways = EVIDENCE.filter((name) => checked[name] !== undefined);
  if (ways.length > 1) throw optionError(ways[1], `goes not together with ${ways[0]}`);
  if (checked.whenNoRoom && checked.capture) throw optionError('whenNoRoom', 'goes not together with capture');
  if (checked.whenNoRoom && checked.service && !checked.service.allowsFreeze)
    throw optionError('whenNoRoom', 'needs a service with allowFreeze: true');
  return { now: () => performance.now(), ...DEFAULTS, ...checked, limits: { ...LIMITS, ...checked.limits } };
}

/**
 * A rule's setting: an object as for `setRule`, or a boolean for on and off.
 *
 * @type {import('../options').Check<import('../..').RuleSetting>}
 */
function ruleSetting(name, value) {
  const setting = checkOptions(typeof value === 'boolean' ? { enabled: value } : value, RULE_CHECKS);
  if (setting.share !== undefined && RULES[name].share === undefined)
    throw optionError('share', `is nothing that the rule ${name} has`);
  return setting;
}

/** @type {import('../options').Check<number>} */
function share(name, value) {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    throw optionError(name, 'must be a number above 0 and up to 1');
  return value;
}

/** @type {import('../options').Check<import('./webhook').Hook>} */
function webhook(_, value) {
  const { url: address = '', ...given } = checkOptions(
    typeof value === 'string' ? { url: value } : value,
    WEBHOOK_CHECKS,
  );
  const checked = { ...WEBHOOK, ...given };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // The address may hold a secret: no message shows it.
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw optionError('webhook', 'must have a url of https');
  if (url.protocol === 'http:' && !checked.allowHttp && !LOOPBACK.has(url.hostname)) {
    throw optionError(
      'webhook',
      'must have a url of https, or of this machine; `allowHttp: true` if the way there is safe',
    );
  }
  if (url.username !== '' || url.password !== '')
    throw optionError('webhook', 'must have no credentials in its url: use `headers`');
  return { ...checked, url };
}

/** @param {string[]} names @returns {import('../options').Check} */
function methods(...names) {
  return (name, value) => {
    if (!names.every((method) => typeof value?.[method] === 'function'))
      throw optionError(name, `must have methods ${names.join(' and ')}`);
    return value;
  };
}

module.exports = { DEFAULTS, LIMITS, checkWatchOptions, ruleSetting };
