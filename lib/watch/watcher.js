'use strict';

// Measures memory, evaluates the rules, and investigates their findings: one at a time.

const { EventEmitter } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { isMainThread } = require('node:worker_threads');
const { sentence } = require('../../words/text');
const { publish } = require('../channels');
const { optionError } = require('../errors');
const { alarmOf, raise } = require('./alarm');
const { Budget } = require('./budget');
const { observeCollections } = require('./collections');
const { Gauge } = require('./gauge');
const { Investigation } = require('./investigation');
const { picture, statistics } = require('./picture');
const { heapLimit } = require('./memory');
const { Meters } = require('./meters');
const { ruleSetting } = require('./options');
const { greeting, progressOf } = require('./progress');
const { RULES } = require('./rules');
const { trend } = require('./trend');
const { post } = require('./webhook');
const { STOP_MS, unlessGivenUp, within } = require('../../waits/bound');
const { firstOf } = require('../../waits/signal');

/** Rules about the process: only its main thread evaluates them. */
const OF_PROCESS = new Set(['rss-gap', 'container-limit']);
/** Growth without an explanation raises an alarm from this share of the limit on. */
const UNEXPLAINED_SHARE = 0.4;
/** An investigation waits for the rise to go on for this many times `minWindows` windows. */
const PATIENCE = 2;

/**
 * @typedef {object} Activity the work on a finding
 * @property {Investigation} [investigation]
 * @property {AbortController} control
 * @property {boolean} isUrgent
 * @property {Promise<void>} done
 */

/**
 * @typedef {import('../..').RuleSetting & { enabled: boolean, state: import('../..').RuleState, gauge: Gauge }} Row a
 *   rule, its setting, and its measurements
 */

class Watcher {
  #options;
  #evidence;
  #budget;
  #ticks = new EventEmitter();
  #stopped = new AbortController();
  #timer;
  #unobserve;
  /** @type {Map<import('../..').RuleName, Row>} */
  #rules = new Map();
  #meters;
  /** Times of the wall clock: the start of the measurement, and the last tick. */
  #since = Date.now();
  #lookedAt = Date.now();
  /** @type {Activity | undefined} */
  #activity;
  /** @type {Set<Promise<unknown>>} */
  #posts = new Set();

  /**
   * @param {ReturnType<typeof import('./options').checkWatchOptions>} options
   * @param {import('./evidence').Evidence} evidence
   */
  constructor(options, evidence) {
    const { sampleMs, now, limits, rules = {} } = options;
    this.#options = options;
    this.#evidence = evidence;
    this.#budget = new Budget(limits, now);
    this.#meters = new Meters(options);
    for (const [name, { share }] of /** @type {Array<[import('../..').RuleName, import('./rules').Rule]>} */ (
      Object.entries(RULES)
    )) {
      const enabled = isMainThread || !OF_PROCESS.has(name);
      const setting = { share, enabled, state: /** @type {import('../..').RuleState} */ ('quiet'), ...rules[name] };
      this.#rules.set(name, Object.assign(setting, { gauge: new Gauge(name, this.#meters, setting) }));
    }
    for (const rule of this.#rules.values()) if (!rule.enabled) rule.state = 'off';
    this.#ticks.setMaxListeners(0);
    this.#unobserve = observeCollections(() => this.#collected());
    this.#timer = setInterval(() => this.#tick(), sampleMs);
    this.#timer.unref();
    const names = this.rules()
      .filter(({ enabled }) => enabled)
      .map(({ name }) => name);
    options.log?.info({ rules: names }, greeting(options));
  }

  rules() {
    return [...this.#rules.keys()].map((name) => this.#ruleOf(name));
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {import('../..').RuleSetting} setting
   */
  setRule(name, setting) {
    const rule = this.#rules.get(name);
    if (rule === undefined) throw optionError('name', `must be one of ${[...this.#rules.keys()].join(', ')}`);
    Object.assign(rule, ruleSetting(name, setting));
    if (!rule.enabled) this.#setState(name, 'off');
    else if (rule.state === 'off') this.#setState(name, 'quiet');
    return this.#ruleOf(name);
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {boolean} enabled
   */
  switchRule(name, enabled) {
    return this.setRule(name, { enabled });
  }

  levels() {
    const { heap, external } = this.#meters.levels;
    const { container } = this.#meters.view();
    const [windows] = heap.scales(this.#meters.time);
    const found = trend(windows, { minPoints: this.#options.minWindows, minGrowth: 0, minShare: 0 });
    return {
      heapLimitBytes: heapLimit(),
      ...(container && { memoryLimitBytes: container.limitBytes }),
      ...(heap.latest !== undefined && { heapAfterCollectionBytes: heap.latest }),
      ...(external.latest !== undefined && { externalBytes: external.latest }),
      ...(found && { heapBytesPerSecond: found.slope * 1000 }),
    };
  }

  /** @param {import('../..').RuleName} name @returns {import('../..').WatchRule} */
  #ruleOf(name) {
    const { enabled, share, state } = this.#row(name);
    const { meaning } = RULES[name];
    const waits = { quietForMs: this.#budget.quietForMs, silentForMs: this.#budget.silentForMs(name) };
    const clock = { since: this.#since, lookedAt: this.#lookedAt, ...waits };
    const progress = progressOf({
      name,
      state,
      share: share ?? 1,
      view: this.#meters.view(),
      times: this.#options,
      clock,
    });
    return { name, enabled, state, meaning, ...(share !== undefined && { share }), progress };
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {import('../..').RuleState} state
   */
  #setState(name, state) {
    const rule = this.#row(name);
    const previous = rule.state;
    if (previous === state) return;
    rule.state = state;
    publish('rule', { rule: name, state, previous });
    this.#options.log?.info({ rule: name, state, previous }, `heaphound: rule ${name} is ${state}`);
  }

  #collected() {
    this.#meters.collected();
    // Near the limit collections follow each other, and the next tick may be too late.
    this.#ask('heap-limit');
  }

  #tick() {
    this.#lookedAt = Date.now();
    this.#meters.look();
    for (const name of this.#rules.keys()) this.#ask(name);
    this.#ticks.emit('tick');
  }

  /** @param {import('../..').RuleName} name */
  #row(name) {
    return /** @type {Row} */ (this.#rules.get(name));
  }

  /** @param {import('../..').RuleName} name */
  #ask(name) {
    const { enabled, state, gauge } = this.#row(name);
    if (!enabled || state === 'investigating' || this.#stopped.signal.aborted) return;
    const { action } = RULES[name];
    const isUrgent = action === 'describe';
    if (!isUrgent && this.#meters.time < this.#options.settleMs) return;
    if (!this.#budget.mayAlarm(name)) return;
    const finding = gauge.find();
    if (finding === undefined) return this.#setState(name, 'quiet');
    if (this.#activity && (!isUrgent || this.#activity.isUrgent)) return this.#setState(name, 'rising');
    if (action === 'investigate' && this.#budget.isQuiet) return this.#setState(name, 'rising');
    this.#begin(name, isUrgent, finding);
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {boolean} isUrgent
   * @param {import('./rules').Finding} finding
   */
  #begin(name, isUrgent, finding) {
    const before = this.#activity;
    const control = new AbortController();
    const { signal, forget } = firstOf([control.signal, this.#stopped.signal]);
    this.#setState(name, 'investigating');
    /** @type {Activity} */
    const activity = { control, isUrgent, done: Promise.resolve() };
    this.#activity = activity;
    const work = {
      tell: () =>
        this.#alarm(name, finding, {
          snapshots: [],
          skipped: [],
          picture: { rung: 'statistics', statistics: statistics(), skipped: [] },
        }),
      describe: () => this.#describe(name, finding, before, signal),
      investigate: () => this.#investigate(name, activity, signal),
    };
    activity.done = work[RULES[name].action]()
      .catch((error) => {
        if (signal.aborted) return;
        // A failure would repeat at the next tick and fill the log.
        this.#budget.cool();
        const reason = sentence(String(error.message));
        this.#options.log?.warn(
          { err: error, rule: name },
          `heaphound: the rule ${name} could not be followed: ${reason}`,
        );
      })
      .finally(() => {
        forget();
        if (this.#activity === activity) this.#activity = undefined;
        const rule = this.#rules.get(name);
        if (rule?.state === 'investigating') this.#setState(name, rule.enabled ? 'quiet' : 'off');
      });
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {Activity} activity
   * @param {AbortSignal} signal
   */
  async #investigate(name, activity, signal) {
    const { limits, windowMs, minWindows, samplingMs } = this.#options;
    const { gauge } = this.#row(name);
    // Replicas that rise together do not all capture at the same time.
    await delay(Math.random() * limits.jitterMs, undefined, { signal, ref: false });
    const release = await unlessGivenUp(this.#evidence.lock(limits.lockMs), { signal });
    if (release === undefined) {
      this.#options.log?.info({ rule: name }, 'heaphound: another process looks into its memory; this one waits');
      this.#budget.cool();
      return;
    }
    try {
      activity.investigation = new Investigation(name, {
        ticks: this.#ticks,
        gauge,
        budget: this.#budget,
        evidence: {
          capture: (reason, signal) => this.#capture(reason, signal),
          analyse: (ids, signal) => this.#evidence.analyse(ids, signal),
        },
        times: { spacingMs: limits.spacingMs, patienceMs: PATIENCE * minWindows * windowMs, samplingMs },
        signal,
      });
      const outcome = await activity.investigation.run();
      this.#budget.cool();
      if (outcome === undefined) return;
      const finding = gauge.find() ?? { level: gauge.latest ?? 0 };
      if (outcome.document?.leaks.length === 0 && finding.level < UNEXPLAINED_SHARE * heapLimit()) {
        this.#options.log?.info(
          { rule: name, snapshots: outcome.snapshots.map(({ id }) => id) },
          'heaphound: memory rose, and nothing piles up in it',
        );
        this.#forget();
        return;
      }
      await this.#alarm(name, finding, outcome);
      this.#forget();
    } finally {
      // The lock ends by itself when its time is over.
      await within(
        release().catch((/** @type {Error} */ error) => {
          this.#options.log?.warn({ err: error }, 'heaphound: the lock in the store could not be released');
        }),
        STOP_MS,
      );
    }
  }

  /**
   * Near a limit there is no time for three snapshots: takes one picture now, and compares it with earlier snapshots.
   *
   * @param {import('../..').RuleName} name
   * @param {import('./rules').Finding} finding
   * @param {Activity | undefined} before the activity that is given up for this one
   * @param {AbortSignal} signal
   */
  async #describe(name, finding, before, signal) {
    before?.control.abort();
    if (before) await within(before.done, 2 * STOP_MS);
    const earlier = before?.investigation?.snapshots ?? [];
    const share = finding.level / (finding.limit ?? Infinity);
    const reason = `${name}: ${Math.round(share * 100)} % of the limit`;
    const capture = this.#budget.whyNotCapture() ?? (() => this.#capture(reason, signal));
    const { freeze } = this.#evidence;
    const seen = await picture({
      share,
      capture,
      ...(freeze && { freeze: () => this.#counted(freeze(reason, signal)) }),
      samplingMs: this.#options.samplingMs,
      signal,
    });
    const snapshots = seen.snapshot ? [...earlier, seen.snapshot] : earlier;
    /** @type {Partial<import('./evidence').Verdict>} */
    let verdict = {};
    if (snapshots.length >= 2) {
      verdict = await this.#evidence
        .analyse(
          snapshots.map(({ id }) => id),
          signal,
        )
        .catch((error) => {
          seen.skipped.push(`no verdict: ${error.message}`);
          return {};
        });
    }
    const images = [...(before?.investigation?.images ?? []), ...(seen.image ? [seen.image] : [])];
    await this.#alarm(name, finding, { snapshots, images, picture: seen, skipped: [], ...verdict });
  }

  /**
   * @param {string} reason
   * @param {AbortSignal} signal
   */
  async #capture(reason, signal) {
    return this.#counted(this.#evidence.capture(reason, signal));
  }

  /** @param {Promise<import('./evidence').Taken>} taking */
  async #counted(taking) {
    try {
      const taken = await taking;
      this.#budget.captured();
      return taken;
    } finally {
      // A capture in this process takes memory that is not the program's: the open windows do not count.
      this.#meters.discard();
      this.#meters.levels.gap.forget();
    }
  }

  /**
   * @param {import('../..').RuleName} name
   * @param {import('./rules').Finding} finding
   * @param {Parameters<typeof alarmOf>[3]} outcome
   */
  async #alarm(name, finding, outcome) {
    const alarm = alarmOf(name, RULES[name], { ...finding, heapLimit: heapLimit() }, outcome);
    this.#budget.alarmed(name);
    this.#setState(name, 'alarm');
    raise(alarm, this.#options.log);
    const { webhook, log } = this.#options;
    if (webhook === undefined) return;
    const posted = post(webhook, alarm, this.#stopped.signal).then(({ delivered, attempts, reason }) => {
      if (!delivered) log?.error({ attempts, reason }, 'heaphound: the webhook did not take the alarm');
    });
    this.#posts.add(posted);
    posted.finally(() => this.#posts.delete(posted));
  }

  /** Starts the measurement anew. */
  #forget() {
    this.#since = Date.now();
    this.#meters.forget();
  }

  /** Ends the watch and its running work. */
  async close() {
    if (!this.#stopped.signal.aborted) {
      clearInterval(this.#timer);
      this.#unobserve();
      this.#stopped.abort();
    }
    // Running work was aborted and ends soon; a store or function of the user may ignore that.
    await within(Promise.allSettled([this.#activity?.done, ...this.#posts]), 2 * STOP_MS);
    await this.#evidence.close();
  }

  stop() {
    return this.close();
  }

  async [Symbol.asyncDispose]() {
    return this.close();
  }
}

module.exports = { Watcher };
