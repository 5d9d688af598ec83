#!/usr/bin/env node
/** `npx resync`: from a checkout through tsx, from a build (the image) as compiled JavaScript. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run-child.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src', 'cli', 'main.ts');
const built = join(root, 'dist', 'src', 'cli', 'main.js');
const tsx = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url);
const fromSource = existsSync(source);
if (fromSource && !existsSync(tsx)) {
  console.error('Packages are not installed: run "npm ci" first ("npm run demo" does it by itself).');
  process.exit(8);
}

process.exitCode = await runChild(
  process.execPath,
  [...(fromSource ? ['--import', tsx.href, source] : [built]), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
