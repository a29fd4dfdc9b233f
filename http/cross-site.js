'use strict';

// Did a page of another site cause this request? A browser adds cookies and passwords by itself, and a form can be
// posted to any address.

const { hostOf } = require('./address');
const { requestError } = require('./errors');

/**
 * A header that a page of another site cannot send. A form or a link cannot set it. A script of another site needs the
 * permission of this service for it, which never gives it.
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
 * Every browser sends the origin of a request that changes something. Credentials other than a bearer key may come from
 * the browser itself.
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
