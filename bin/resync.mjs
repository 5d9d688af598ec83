#!/usr/bin/env node
/** `npx resync`: from a checkout through tsx, from a build (the image) as compiled JavaScript. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'cli', 'main.ts');
const built = join(root, 'dist', 'src', 'cli', 'main.js');
const fromSource = existsSync(source);
if (fromSource && !existsSync(join(root, 'node_modules', 'tsx'))) {
  console.error('Packages are not installed: run "npm ci" first ("npm run demo" does it by itself).');
  process.exit(8);
}

/** tsx as a loader in the same process; before Node 20.6 only tsx's own program can set that up. */
function throughTsx() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const inProcess = major > 20 || (major === 20 && minor >= 6);
  return inProcess
    ? ['--import', new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href, source]
    : [join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), source];
}

process.exitCode = await runChild(
  process.execPath,
  [...(fromSource ? throughTsx() : [built]), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
