// Builds the page of reports and of the viewer: one file of HTML, with its script and its style inside.
//
// usage: node viewer/build.mjs
// Writes viewer/dist/page.json: the HTML, and the hashes of script and style for a content security policy.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.join(FOLDER, '..');
const TARGET = path.join(FOLDER, 'dist', 'page.json');
/** What all browsers of the last three years can run. */
const BROWSERS = 'es2022';
/** Where a policy and the document go. */
const POLICY = '<!--heaphound:csp-->';
const DATA = '<!--heaphound:data-->';

const esbuild = await import('esbuild').catch(() => undefined);
// An install without the packages for development must not fail.
if (esbuild) await write();
else console.warn('The page of reports is not built: esbuild is not installed (npm ci installs it).');

async function write() {
  const { script, packages } = await bundle();
  const style = await minify(fs.readFileSync(path.join(FOLDER, 'src', 'style.css'), 'utf8'));
  const html = pageOf({ script, style, licences: licencesOf(packages) });
  fs.mkdirSync(path.dirname(TARGET), { recursive: true });
  fs.writeFileSync(TARGET, JSON.stringify({ html, script: hashOf(script), style: hashOf(style) }));
}

async function bundle() {
  const result = await esbuild.build({
    entryPoints: [path.join(FOLDER, 'src', 'main.tsx')],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: BROWSERS,
    charset: 'ascii',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  const inside = Object.keys(result.metafile.inputs).map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file));
  const packages = [...new Set(inside.flatMap((found) => (found ? [found[1]] : [])))].sort();
  return { script: result.outputFiles[0].text.trim(), packages };
}

/** @param {string} css */
async function minify(css) {
  const { code } = await esbuild.transform(css, { loader: 'css', minify: true, target: BROWSERS });
  return code.trim();
}

/**
 * The licences of what is bundled ask to be passed on with it.
 *
 * @param {string[]} packages
 */
function licencesOf(packages) {
  const texts = packages.map((name) => {
    const folder = path.join(ROOT, 'node_modules', name);
    const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no text of its licence`);
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}`;
  });
  // Two dashes would end the comment.
  return texts.join('\n\n\n').replaceAll('--', '- -').replaceAll('\r', '');
}

/** @param {{ script: string, style: string, licences: string }} parts */
function pageOf({ script, style, licences }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${POLICY}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>heaphound</title>
<style>${style}</style>
</head>
<body>
<div id="page"><p class="late">This page is not whole, or its script may not run. Fetch the file again, and allow scripts for it.</p></div>
${DATA}
<script>${script}</script>
</body>
</html>
<!--
This page contains:

${licences}
-->
`;
}

/** @param {string} text */
function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
