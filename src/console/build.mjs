/**
 * Builds the web console into dist/console: one page, its scripts and styles under names that hold
 * their hash, each also packed by gzip and brotli. `--if-changed`: only when a source is newer than
 * the build. The whole folder is put in place at once: who serves it never sees half of it.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const target = join(root, 'dist', 'console');
const hashFile = 'sources.sha256';

/** Of all that a build is made from. */
function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of [here, join(root, 'src', 'domain')]) {
    for (const name of readdirSync(folder, { recursive: true }).sort()) {
      if (/\.(tsx?|mjs|css|html|svg)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
}

function isBuilt(hash) {
  const file = join(target, hashFile);
  return existsSync(file) && readFileSync(file, 'utf8') === hash;
}

/** All that a script can't start without: found by the browser only once it has read the script. */
function staticImports(outputs, script) {
  const found = new Set();
  const follow = (name) => {
    for (const { path, kind } of outputs[name].imports) {
      if (kind !== 'import-statement' || found.has(path)) continue;
      found.add(path);
      follow(path);
    }
  };
  follow(script);
  return [...found];
}

async function buildConsole(hash) {
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), '.console-'));
  const { metafile } = await build({
    entryPoints: [join(here, 'main.tsx')],
    outdir: join(folder, 'assets'),
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    metafile: true,
    jsx: 'automatic',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    legalComments: 'linked',
    absWorkingDir: root,
    logLevel: 'warning',
  });
  // Pages that are loaded when they are wanted are entry points, too.
  const [script, { cssBundle }] = Object.entries(metafile.outputs).find(
    ([, { entryPoint, cssBundle: style }]) => entryPoint && style,
  );
  const preloads = staticImports(metafile.outputs, script).map(
    (name) => `<link rel="modulepreload" href="/assets/${basename(name)}" />`,
  );
  const page = readFileSync(join(here, 'index.html'), 'utf8')
    .replace('{script}', `/assets/${basename(script)}`)
    .replace('{style}', `/assets/${basename(cssBundle)}`)
    .replace('{preloads}', preloads.join(''));
  writeFileSync(join(folder, 'index.html'), page);
  for (const name of readdirSync(join(folder, 'assets'))) {
    const file = join(folder, 'assets', name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
  // What is in the bundle, for the test that holds it to its size and its arrows.
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(metafile));
  writeFileSync(join(folder, hashFile), hash);
  const old = existsSync(target) ? mkdtempSync(join(dirname(target), '.console-old-')) : null;
  try {
    if (old !== null) renameSync(target, join(old, 'console'));
    renameSync(folder, target);
  } catch (error) {
    // Another build of the same sources was quicker.
    if (!isBuilt(hash)) throw error;
    rmSync(folder, { recursive: true, force: true });
  }
  if (old !== null) rmSync(old, { recursive: true, force: true });
}

const hash = sourcesHash();
if (!process.argv.includes('--if-changed') || !isBuilt(hash)) await buildConsole(hash);
