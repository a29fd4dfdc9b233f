'use strict';

// Documents whose commands run: writes below each command the output that it has.
//
// usage: node scripts/write-outputs.js [DOCUMENT…]
//
// A document names a folder of the project, which is copied to a place of its own and is the working folder there:
//
//   <!-- runs in: examples/first-leak -->
//
// From there on, every block of `console` is run, line by line, in one shell. A line that begins with "$ " is a
// command; the lines below it, down to the next command, are its output. A command that ends with "do" goes on to the
// line "done", and a quoted text to the line that ends it. A command that ends with "&" stays in the background.
// `<!-- run: COMMAND -->` prepares something that the reader does not see; HEAPHOUND is the folder of the project there.
// A block below `<!-- file: PATH -->` has the text of that file of the project.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const DOCS = path.join(ROOT, 'docs');
/** The folder of a document's commands. */
const FOLDER = /^<!-- runs in: (\S+) -->$/m;
const CONSOLE = /^```console\n([\s\S]*?)^```$/gm;
/** A block, or a command that the reader does not see. */
const STEP = /^<!-- run: (.*) -->$|^```console\n([\s\S]*?)^```$/gm;
const QUOTED = /^<!-- file: (\S+) -->\n```(\w+)\n[\s\S]*?^```$/gm;
/** Says in the output of the shell that a command is over. */
const OVER = '--- the command is over ---';
/** A command that has not ended by then waits for something that will not come. */
const LONGEST_MS = 120_000;
/** The process of an example, and the port on which it listens, as a reader sees them. */
const SHOWN = { pid: '4711', port: '3000' };

/** @returns {string[]} documents with commands or files, by their names in docs/ */
function documents() {
  return fs
    .readdirSync(DOCS)
    .filter((name) => name.endsWith('.md') && /^<!-- (runs in|file): /m.test(read(name)))
    .sort();
}

/** @param {string} name */
function read(name) {
  return fs.readFileSync(path.join(DOCS, name), 'utf8');
}

/**
 * The document with the files and the output that it should have.
 *
 * @param {string} text
 * @returns {Promise<string>}
 */
async function written(text) {
  const quoted = text.replaceAll(QUOTED, (_, file, language) => {
    const content = fs.readFileSync(path.join(ROOT, file), 'utf8').trimEnd();
    return `<!-- file: ${file} -->\n\`\`\`${language}\n${content}\n\`\`\``;
  });
  const folder = FOLDER.exec(quoted)?.[1];
  if (folder === undefined) return quoted;
  const shell = await openShell(folder);
  try {
    /** @type {string[]} */
    const blocks = [];
    for (const [, hidden, block] of quoted.matchAll(STEP)) {
      if (block === undefined) await shell.run(hidden);
      else blocks.push(await run(shell, block));
    }
    return quoted.replaceAll(CONSOLE, () => `\`\`\`console\n${blocks.shift()}\`\`\``);
  } finally {
    await shell.close();
  }
}

/**
 * @param {Shell} shell
 * @param {string} block
 */
async function run(shell, block) {
  let result = '';
  for (const [command] of block.matchAll(/^\$ (.*\bdo\n[\s\S]*?^ *done$|.* "\n[\s\S]*?^ *"$|.*$)/gm)) {
    const output = await shell.run(command.slice(2));
    result += `${command}\n${output}${output === '' || output.endsWith('\n') ? '' : '\n'}`;
  }
  return result;
}

/** @typedef {Awaited<ReturnType<typeof openShell>>} Shell */

/**
 * A shell in a copy of a folder, in which heaphound is installed.
 *
 * @param {string} folder
 */
async function openShell(folder) {
  const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-outputs-')));
  const work = path.join(place, 'shop');
  fs.cpSync(path.join(ROOT, folder), work, { recursive: true });
  fs.mkdirSync(path.join(work, 'node_modules'));
  fs.symlinkSync(ROOT, path.join(work, 'node_modules', 'heaphound'));
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, FORCE_COLOR, GITHUB_ACTIONS, ...environment } = process.env;
  const port = await freePort();
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: work,
    detached: true,
    env: { ...environment, HEAPHOUND: ROOT, NO_COLOR: '1', PORT: `${port}`, LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  /** @type {() => void} */
  let look = () => {};
  shell.stdout.setEncoding('utf8').on('data', (/** @type {string} */ part) => {
    text += part;
    look();
  });
  const ended = new Promise((resolve) => shell.once('close', resolve));
  // npx would look for updates and take a second for each command.
  shell.stdin.write(`exec 2>&1\nnode() { '${process.execPath}' "$@"; }\n`);
  shell.stdin.write(`npx() { shift; '${process.execPath}' '${path.join(ROOT, 'cli', 'main.js')}' "$@"; }\n`);

  /**
   * @param {string} command
   * @returns {Promise<string>} its output
   */
  async function runCommand(command) {
    const isBehind = command.endsWith('&');
    text = '';
    // `$?` and `$!` are for the next command to ask. A program in the background is no function of the shell: `$!` is
    // the program, and no shell that waits for it.
    // Its messages come when they like, among the output of others: only what it prints is read.
    const line = isBehind
      ? command.replace(/^node (.*)&$/, `'${process.execPath}' --inspect-port=127.0.0.1:0 $1 2> /dev/null &`)
      : command;
    shell.stdin.write(`${line}\n__status=$?; echo '${OVER}'; (exit $__status)\n`);
    // A program in the background has begun when it says so.
    const isOver = () => text.includes(`${OVER}\n`) && (!isBehind || text.replace(`${OVER}\n`, '').includes('\n'));
    await within(command, (done) => {
      look = () => isOver() && done();
      look();
    });
    const output = text.replace(`${OVER}\n`, '');
    return asShown(output, { place, port });
  }

  async function close() {
    try {
      process.kill(-(/** @type {number} */ (shell.pid)), 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
    await ended;
    fs.rmSync(place, { recursive: true, force: true });
  }

  return { run: runCommand, close };
}

/**
 * @param {string} command
 * @param {(done: () => void) => void} begin
 */
function within(command, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command}: not over after ${LONGEST_MS} ms`)), LONGEST_MS);
    begin(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Output without the folder, the port and the processes of this run.
 *
 * @param {string} output
 * @param {{ place: string, port: number }} run
 */
function asShown(output, { place, port }) {
  return output
    .replaceAll(`${place}/shop/`, '/home/you/shop/')
    .replaceAll(`${place}/`, '/home/you/')
    .replaceAll(ROOT, '/home/you/heaphound')
    .replaceAll(`port ${port}`, `port ${SHOWN.port}`)
    .replaceAll(/\bprocess \d+/g, `process ${SHOWN.pid}`)
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '1b4e28ba-2fa1-11d2-883f-0016d3cca427')
    .replaceAll(/scenario-\w{6}\b/g, 'scenario-Ab3dE5');
}

/**
 * The text without all that another machine, another moment or another Node.js makes different: ids, sizes, times,
 * counts of V8's own objects, places in Node.js, and where lines break because of them.
 *
 * @param {string} text
 */
function stable(text) {
  return text.replaceAll(CONSOLE, (block) => stableOutput(block)).replaceAll(/[ \t]+/g, ' ');
}

const differByOne = (/** @type {string} */ one, /** @type {string} */ other) =>
  Math.abs(Number(one) - Number(other)) === 1;

/** @param {string} block */
function stableOutput(block) {
  return (
    block
      .split(/^(?=\$ )/m)
      .map((part) => part.replaceAll(/\s+/g, ' '))
      .join('\n')
      .replaceAll(/[\d.,]+ (B|kB|MB|GB)\b/g, 'SIZE')
      .replaceAll(/[\d.,]+ (ms|s|seconds?|minutes?)\b/g, 'TIME')
      .replaceAll(/\bduration_ms:? [\d.]+/g, 'duration_ms TIME')
      .replaceAll(/[\d.,]+ %/g, 'SHARE')
      .replaceAll(/@\d+/g, '@ID')
      // Which of the leaked objects is shown, and the port of a server, differ from run to run.
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replaceAll(/\["[^"]*"\]/g, '["KEY"]')
      // From the roots to the variable of the program a path leads through Node.js, each line of it in another way.
      .replaceAll(/(Why it stays alive|Kept alive by) .*(✓ variable )/g, '$1 … $2')
      .replaceAll(/\bnode:[\w/-]+(:\d+)*/g, 'node:PLACE')
      .replaceAll(/Node\.js v[\d.]+/g, 'Node.js VERSION')
      .replaceAll(/\d{1,3}(,\d{3})+/g, 'COUNT')
      .replaceAll(/\d+ runs, (\d+ x \d+) to warm up, \d+ x/g, 'COUNT runs, $1 to warm up, ROUNDS x')
      // One of the objects may live a moment longer than the others: +100 and +101 are +101 at every step.
      .replaceAll(/\+(\d+) and \+(\d+) objects step by step/g, (all, one, other) =>
        differByOne(one, other) ? `+${Math.max(one, other)} objects at every step` : all,
      )
      .replaceAll(/in every interval, by (\d+), (\d+)/g, (all, one, other) =>
        differByOne(one, other) ? `in every interval, by ${Math.max(one, other)} each` : all,
      )
      .replaceAll(/all \d+ new ones/g, 'all COUNT new ones')
      .replaceAll(/… \d+ steps?/g, '… STEPS')
      .replaceAll(/Grew, but is no leak: [^.]*(\.\d[^.]*)*\./g, 'Grew, but is no leak: ….')
      .replaceAll(/Accounted: [^.]*\./g, 'Accounted: ….')
  );
}

async function main() {
  for (const name of process.argv.length > 2 ? process.argv.slice(2).map((file) => path.basename(file)) : documents()) {
    const text = await written(read(name));
    fs.writeFileSync(path.join(DOCS, name), text);
    console.log(`docs/${name}`);
  }
}

module.exports = { documents, read, stable, written };

if (require.main === module) main();
