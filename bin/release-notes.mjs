#!/usr/bin/env node
/**
 * `node bin/release-notes.mjs v1.2.3`: prints that version's section of CHANGELOG.md, as the text
 * of its release. Ends with 1 when the tag is not package.json's version, or the changelog has
 * nothing to say of it. Plain Node.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Lines of the section headed "## 1.2.3", "## [1.2.3]" or "## 1.2.3 - 2027-01-31", without its
 * heading; or null.
 */
function sectionOf(version, changelog) {
  const lines = changelog.split('\n');
  const headings = lines.flatMap((line, at) => (line.startsWith('## ') ? [at] : []));
  const versionAt = (at) => /^## \[?([^\]\s]+)/.exec(lines[at])?.[1];
  const start = headings.find((at) => versionAt(at) === version);
  if (start === undefined) return null;
  const end = headings.find((at) => at > start) ?? lines.length;
  return lines
    .slice(start + 1, end)
    .join('\n')
    .trim();
}

/** @returns the notes; @throws Error that says what to mend before the tag is set again */
function releaseNotes(tag, folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const { version } = JSON.parse(read('package.json'));
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but package.json says ${version}.`);
  const notes = sectionOf(version, read('CHANGELOG.md'));
  if (notes === null) throw new Error(`CHANGELOG.md has no section "## ${version}".`);
  // Headings alone are a template that nobody filled in.
  if (!notes.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#')))
    throw new Error(`CHANGELOG.md says nothing under "## ${version}".`);
  return notes;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { folder: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } },
});
const [tag] = positionals;
if (tag === undefined) {
  console.error('Use: node bin/release-notes.mjs v1.2.3 [--folder REPOSITORY]');
  process.exitCode = 2;
} else {
  try {
    console.log(releaseNotes(tag, values.folder));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
