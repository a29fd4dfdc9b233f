'use strict';
// Each request listens on the process.
process.setMaxListeners(0);
const listen = (i) => {
  const onExit = () => i;
  process.on('exit', onExit);
  return onExit;
};
exports.leak = (i) => {
  listen(i);
};
exports.fixed = (i) => {
  process.off('exit', listen(i));
};
exports.expect = { known: 'a listener on `process`' };
