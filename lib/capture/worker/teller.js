'use strict';

// Runs in a thread of its own, for a moment: gives another thread an expression to run, by the inspector of the main
// thread.
//
// Node.js runs the JavaScript of a session in the main thread while it walks its list of workers, and crashes when one
// of them leaves the list meanwhile. A session from another thread runs no JavaScript there. Nothing is waited for:
// whoever gets the expression answers by other means.

const inspector = require('node:inspector');
const { parentPort, workerData } = require('node:worker_threads');

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const { threadId, expression } = workerData;
const session = new inspector.Session();
/** Gives `require`, for Node.js before 20.16. V8 fails to provide it, and crashes, in a thread that is being ended. */
const includeCommandLineAPI = process.getBuiltinModule === undefined;
let isOver = false;

/** @param {{ isReached: boolean, problem?: string }} answer `problem`: why the message cannot reach the thread */
function end(answer) {
  if (isOver) return;
  isOver = true;
  session.disconnect();
  port.postMessage(answer);
  port.close();
}

// Nobody wants it any more.
port.once('message', () => end({ isReached: false }));
session.connectToMainThread();
session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
  if (isOver || Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1]) !== threadId) return;
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, includeCommandLineAPI } });
  session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  end({ isReached: true });
});
session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
  if (error) end({ isReached: false, problem: error.message });
});
