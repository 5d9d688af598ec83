/** A process that stops as the service does, and takes some time for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onInterrupt } from '../../src/cli/local/on-interrupt';

const staying = setInterval(() => {}, 60_000);
onInterrupt(async () => {
  await sleep(400);
  clearInterval(staying);
  process.stdout.write('stopped');
});
process.stdout.write('ready ');
