import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/**
 * A file made of sources, made again only when one of them has changed: test files have module
 * registries of their own, so memory would not be shared. Two processes may make it at once; each
 * writes beside it and renames.
 * @param name of the file, in .stack-test/made
 * @param sources folders of the project it is made of
 * @returns its path
 */
export async function madeOnce(
  name: string,
  sources: readonly string[],
  make: () => Promise<string>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources)
    for (const file of filesBelow(join(root, source))) hash.update(readFileSync(file));
  const folder = join(root, '.stack-test', 'made');
  const path = join(folder, `${hash.digest('hex').slice(0, 16)}-${name}`);
  if (existsSync(path)) return path;
  const text = await make();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}
