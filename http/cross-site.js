'use strict';

// Is a page of another site behind this request? A browser adds cookies and passwords by itself, and a form can post to
// anywhere.

const { hostOf } = require('./address');
const { requestError } = require('./errors');

/**
 * Not set by a form or a link, and by a script of another site only after this service said yes, which it never does.
 */
const HEADER = 'x-heaphound';

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {{ hasEffect: boolean, hosts?: string[] }} options
 */
function refuseCrossSite(headers, { hasEffect, hosts }) {
  if (hosts && !hosts.includes(hostOf(headers) ?? ''))
    throw requestError('HEAPHOUND_ERR_CROSS_SITE', 'this is not the name of this service (`hosts`)');
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site')
    throw requestError('HEAPHOUND_ERR_CROSS_SITE', 'a page of another site may not do this');
  if (hasEffect && mayBeBrowser(headers) && headers[HEADER] !== '1') {
    throw requestError(
      'HEAPHOUND_ERR_CROSS_SITE',
      `what a browser sends needs the header ${HEADER}: 1, to show that a page of this service sends it`,
    );
  }
}

/**
 * Every browser says where a request that changes something comes from; and credentials other than a bearer key may be
 * those that it adds.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function mayBeBrowser({ origin, referer, cookie, authorization, 'sec-fetch-site': site }) {
  return (
    [origin, referer, cookie, site].some((value) => value !== undefined) ||
    (authorization !== undefined && !/^Bearer /i.test(authorization))
  );
}

module.exports = { refuseCrossSite };
