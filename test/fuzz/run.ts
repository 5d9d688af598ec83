/**
 * `npm run fuzz [-- --runs N --seed N --path P]`: random schemas, records and drift through the
 * data path, judged by brute force. Prints its seed; `--seed` and `--path` repeat a draw. Exits 1
 * when something is wrong, with the smallest counterexample as SQL.
 */
import { parseArgs } from 'node:util';
import stopTestStack from '../support/global-teardown';
import { checkModel } from './model';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: 'string' },
  },
});
const { path } = values;
const [runs, seed] = [Number(values.runs), Number(values.seed)];

async function main(): Promise<number> {
  console.log(`Seed ${seed}, ${runs} draws.`);
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const onDraw = (draws: number): void => {
    if (draws % 100 === 0) console.log(`  ${draws} draws, ${seconds()} s`);
  };
  const result = await checkModel({ seed, runs, onDraw, ...(path === undefined ? {} : { path }) });
  const outcomes = Object.entries(result.seen).map(([name, count]) => `${name} ${count}`);
  console.log(`${result.draws} draws in ${seconds()} s. Seen: ${outcomes.join(', ')}.`);
  if (result.counterexample === null) {
    console.log('Nothing is wrong.');
    return 0;
  }
  console.log(`\nWrong:\n${result.counterexample.text}`);
  console.log(
    `To repeat it: npm run fuzz -- --seed ${seed} --runs ${runs} --path ${result.counterexample.path}`,
  );
  return 1;
}

main()
  .then((code) => void (process.exitCode = code))
  .finally(() => stopTestStack())
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
