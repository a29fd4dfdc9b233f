'use strict';

// Builds the addon with cargo and puts it where lib/native/index.js looks for it. Rust and Node are all it needs.
//
// usage: node scripts/build-addon.js [--if-missing | --force]
//   (nothing)     builds unless the addon is newer than every source
//   --if-missing  builds unless an addon for this platform is there and loads: for `npm install` of a packed tarball
//   --force       builds
//
// The build leaves the types of the addon's interface beside it, for `lib/native/addon.d.ts`.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { definitionsFile, definitionsFolder, targetFolder } = require('./addon-types');

const root = path.join(__dirname, '..');
const target = path.join(root, `heaphound.${process.platform}-${process.arch}.node`);
const mode = process.argv[2];

if (mode === '--if-missing' ? loads() : mode !== '--force' && isFresh()) process.exit(0);
build();

function build() {
  fs.mkdirSync(definitionsFolder(), { recursive: true });
  const env = {
    ...process.env,
    NAPI_TYPE_DEF_TMP_FOLDER: definitionsFolder(),
    // Definitions are written when the crate is compiled: without them it has to be, whatever cargo thinks.
    ...(!fs.existsSync(definitionsFile()) && { NAPI_FORCE_BUILD_HEAPHOUND: String(Date.now()) }),
  };
  const cargo = spawnSync('cargo', ['build', '--release', '--locked', '--lib'], { cwd: root, stdio: 'inherit', env });
  if (cargo.error) {
    fail(
      `heaphound has no prebuilt addon for ${process.platform}-${process.arch} and cargo does not run (${cargo.error.message}); install Rust from https://rustup.rs and try again`,
    );
  }
  if (cargo.status !== 0) fail('heaphound: cargo could not build the addon; its messages are above');
  // A process that has the old file loaded keeps it: the new one gets a name of its own first.
  const temporary = `${target}.${process.pid}.tmp`;
  fs.copyFileSync(path.join(targetFolder(), 'release', libraryName()), temporary);
  fs.renameSync(temporary, target);
}

function libraryName() {
  if (process.platform === 'win32') return 'heaphound.dll';
  return process.platform === 'darwin' ? 'libheaphound.dylib' : 'libheaphound.so';
}

function loads() {
  try {
    require(target);
    return true;
  } catch {
    return false;
  }
}

function isFresh() {
  const built = modified(target);
  return built > 0 && fs.existsSync(definitionsFile()) && sources().every((file) => modified(file) <= built);
}

function sources() {
  const rust = fs
    .readdirSync(path.join(root, 'src'), { encoding: 'utf8', recursive: true })
    .filter((name) => /\.(?:rs|ld)$/.test(name));
  return [
    ...rust.map((name) => path.join(root, 'src', name)),
    ...['build.rs', 'Cargo.toml', 'Cargo.lock'].map((name) => path.join(root, name)),
  ];
}

/** @param {string} file */
function modified(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
