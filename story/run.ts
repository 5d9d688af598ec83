/** `npm run e2e`: a school year of three districts and their state, told through the API. Exits 1 at the first surprise. */
import closeWithGrace from 'close-with-grace';
import { certification } from './chapters/certification';
import { fieldSettings } from './chapters/field-settings';
import { goLive } from './chapters/go-live';
import { previousYear } from './chapters/previous-year';
import { recordHistory } from './chapters/record-history';
import { removals } from './chapters/removals';
import { retry } from './chapters/retry';
import { schedules } from './chapters/schedules';
import { selectiveSync } from './chapters/selective-sync';
import { stateRequest } from './chapters/state-request';
import { testScores } from './chapters/test-scores';
import { verification } from './chapters/verification';
import { verifiedLoop } from './chapters/verified-loop';
import { yearEnd } from './chapters/year-end';
import { castPeople } from './people';
import { setStage, type Stage } from './stage';
import { Teller, Unexpected } from './teller';

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
      verification,
      verifiedLoop,
      schedules,
      certification,
      yearEnd,
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
