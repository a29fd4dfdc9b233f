'use strict';

// The messages of heaphound on `diagnostics_channel` while it runs in a service: docs/service.md lists the messages.

const diagnostics = require('node:diagnostics_channel');

/** @typedef {'capture' | 'refused' | 'upload' | 'rule' | 'alarm' | 'audit'} Topic */

/** @type {Record<Topic, diagnostics.Channel>} */
const CHANNELS = {
  capture: diagnostics.channel('heaphound:capture'),
  refused: diagnostics.channel('heaphound:refused'),
  upload: diagnostics.channel('heaphound:upload'),
  rule: diagnostics.channel('heaphound:rule'),
  alarm: diagnostics.channel('heaphound:alarm'),
  audit: diagnostics.channel('heaphound:audit'),
};

/**
 * @param {Topic} topic
 * @param {Record<string, unknown>} message
 */
function publish(topic, message) {
  CHANNELS[topic].publish({ at: new Date().toISOString(), ...message });
}

module.exports = { publish };
