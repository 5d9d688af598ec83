import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '..', '..', 'bin', 'release-notes.mjs');
const folder = mkdtempSync(join(tmpdir(), 'release-notes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the script in a repository of that version and changelog. */
function notes(tag: string, { version, changelog }: { version: string; changelog: readonly string[] }) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog.join('\n'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, tag, '--folder', folder], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const changelog = [
  ...['# Changelog', '', '## Unreleased', '', '- later', ''],
  ...['## 1.10.0 - 2027-03-01', '', '### Resyncs', '', '- new', ''],
  ...['## [1.1.0] - 2027-02-01', '', '- older', ''],
  ...['## 1.0.0', '', '### Resyncs', ''],
];

test.each([
  ['1.10.0', '### Resyncs\n\n- new\n'],
  ['1.1.0', '- older\n'],
])('the notes of %s are its section, and nothing of its neighbors', (version, expected) => {
  expect(notes(`v${version}`, { version, changelog })).toEqual({ status: 0, stdout: expected, stderr: '' });
});

test.each([
  ['v1.1.0', '1.10.0', 'The tag is v1.1.0, but package.json says 1.10.0.'],
  ['1.10.0', '1.10.0', 'The tag is 1.10.0, but package.json says 1.10.0.'],
  ['v1.1', '1.1', 'CHANGELOG.md has no section "## 1.1".'],
  ['v1.0.0', '1.0.0', 'CHANGELOG.md says nothing under "## 1.0.0".'],
])('the tag %s in a repository of version %s is refused', (tag, version, message) => {
  expect(notes(tag, { version, changelog })).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
});
