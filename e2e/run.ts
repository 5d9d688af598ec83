/**
 * `npm run e2e`: a school year of three districts and their state, told through the API. Exits 1 at
 * the first surprise.
 */
import closeWithGrace from 'close-with-grace';
import { certification } from './scenarios/certification';
import { fieldSettings } from './scenarios/field-settings';
import { goLive } from './scenarios/go-live';
import { lateExclusion } from './scenarios/late-exclusion';
import { previousYear } from './scenarios/previous-year';
import { recordHistory } from './scenarios/record-history';
import { regionBetween } from './scenarios/region';
import { removals } from './scenarios/removals';
import { renumbered } from './scenarios/renumbered';
import { retry } from './scenarios/retry';
import { schedules } from './scenarios/schedules';
import { selectiveSync } from './scenarios/selective-sync';
import { shrunkObject } from './scenarios/shrunk-object';
import { stateRequest } from './scenarios/state-request';
import { testScores } from './scenarios/test-scores';
import { transfer } from './scenarios/transfer';
import { verification } from './scenarios/verification';
import { verifiedResync } from './scenarios/verified-resync';
import { yearEnd } from './scenarios/year-end';
import { castPeople } from './actors';
import { setStage, type Stage } from './environment';
import { Teller, Unexpected } from './narrator';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  let stage: Stage | undefined;
  const guard = closeWithGrace({ delay: 60_000 }, async () => {
    await stage?.close();
    process.exit(130);
  });
  const started = Date.now();
  try {
    stage = await setStage(progress);
    const teller = new Teller(stage.url, print);
    const people = await castPeople(stage, teller);
    for (const chapter of [
      goLive,
      stateRequest,
      recordHistory,
      testScores,
      fieldSettings,
      previousYear,
      removals,
      retry,
      selectiveSync,
      lateExclusion,
      shrunkObject,
      renumbered,
      transfer,
      verification,
      verifiedResync,
      schedules,
      certification,
      yearEnd,
      regionBetween,
    ])
      await chapter({ stage, teller, people });
    print(`\n${teller.told} steps, as written, in ${Math.round((Date.now() - started) / 1000)} s.`);
    return 0;
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    print(`\nThe story came otherwise than it is written: ${error.message}`);
    return 1;
  } finally {
    guard.uninstall();
    await stage?.close();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  },
);
