'use strict';

// What an alarm says of a frozen image that was made where there was no room for a snapshot.

/**
 * @param {import('./evidence').Taken} image
 * @param {string} why there was no snapshot
 */
function insteadOf({ location, whyImage }, why = 'there is no memory for one') {
  return `no snapshot: ${whyImage ?? why}; a frozen image was made instead: ${location}`;
}

/**
 * The end of the alarm's message.
 *
 * @param {import('./evidence').Taken[]} images
 */
function howToThaw(images) {
  if (images.length === 0) return '';
  const ids = images.map(({ id }) => id).join(', ');
  const what = images.length === 1 ? `the frozen image ${ids} has` : `the frozen images ${ids} have`;
  return ` There was no room for a snapshot, and ${what} all of the memory: run heaphound thaw where there is room.`;
}

module.exports = { howToThaw, insteadOf };
