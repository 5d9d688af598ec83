/**
 * `npm test [-- jest arguments]`: the parallel project, then the serial one, whose tests need a
 * quiet machine. Prints the ten slowest files, what failed, and last how many tests passed and failed.
 * Exits 1 when one failed or none was found.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runChild } from './run-child.mjs';

const shown = 10;

/** Every file's modules are new to V8: with more room for what is young it collects less often. */
const youngSpace = ['--max-semi-space-size=64'];

/** @returns jest's own report of a project; null when it wrote none */
async function runProject(project, { root, args, folder }) {
  const file = join(folder, `${project}.json`);
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const inOrder = project === 'serial' ? ['--runInBand'] : [];
  const ours = ['--selectProjects', project, '--passWithNoTests', '--json', `--outputFile=${file}`];
  const code = await runChild(process.execPath, [...youngSpace, jest, ...ours, ...inOrder, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    return { code, ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    console.error(`The ${project} tests wrote no results: counted as one failure.`);
    return {
      code: code || 1,
      numPassedTests: 0,
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 0,
      testResults: [],
    };
  }
}

/** Failed tests and files that could not run, each with the first lines of what it said. */
function failures(files, root) {
  const head = (text) =>
    stripVTControlCharacters(text)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 12)
      .map((line) => `    ${line.slice(0, 300)}`)
      .join('\n');
  return files.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length > 0)
      return tests.map(
        ({ fullName, failureMessages }) => `✗ ${file}: ${fullName}\n${head(failureMessages.join('\n'))}`,
      );
    return message ? [`✗ ${file}\n${head(message)}`] : [];
  });
}

/** @param args jest's: paths, -t, --shard … @returns the exit code */
export async function runTests(root, args) {
  const folder = mkdtempSync(join(tmpdir(), 'resync-tests-'));
  const started = Date.now();
  const reports = [];
  try {
    for (const project of ['parallel', 'serial']) {
      reports.push(await runProject(project, { root, args, folder }));
      // A signal ended it, and was meant for all of us.
      if (reports.at(-1).code > 128) break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const files = reports.flatMap(({ testResults }) => testResults);
  const slowest = files
    .map(({ name, startTime, endTime }) => ({
      name: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, shown);
  console.log(`\nThe slowest files of ${files.length}, in seconds:`);
  for (const { name, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(6)}  ${name}`);
  for (const failure of failures(files, root)) console.log(`\n${failure}`);
  const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
  const passed = sum('numPassedTests');
  // A file that could not even be loaded has no tests to count, and is a failure.
  const failed = sum('numFailedTests') + sum('numRuntimeErrorTestSuites');
  console.log(`\nAll tests in ${((Date.now() - started) / 60_000).toFixed(1)} minutes, set-up apart.`);
  console.log(`${passed} passed, ${failed} failed`);
  const broken = reports.some(({ code }) => code !== 0);
  return broken || failed > 0 || passed === 0 ? 1 : 0;
}
