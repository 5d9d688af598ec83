/**
 * Measures the memory of a worker: the real program in a process of its own, under Temporal, moving
 * a district whose largest table has a million records, with the default lanes, ranges and pages.
 * Exits 1 above 400 MB or when a resync is not finished. npm run bench:memory -- [--students N]
 * [--records N] [--sources] (--sources: the sources instead of what `npm run build` made)
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { largestObject, makeLargeDistrict } from './large-district';
import { runToExit } from './run-to-exit';
import { BenchService, prepareDistrict, stopService } from './service';

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '20000' },
    records: { type: 'string', default: '1000000' },
    sources: { type: 'boolean', default: false },
  },
});
const built = !values.sources;
const records = Number(values.records);
const students = Number(values.students);
const mostMegabytes = 400;
const sampleEveryMs = 500;
const dir = join(__dirname, '..', '.bench-memory');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<boolean> {
  const district = await prepareDistrict(dir, { bufferPoolMb: 512, say });
  say(`Generating a district of ${students} students, ${records} records of ${largestObject}`);
  const { schoolYear, urls } = district;
  const largest = await makeLargeDistrict({ districtUrl: urls.district, schoolYear, students, records });
  const service = await BenchService.start(dir, district, { built });
  const { worker } = service;
  const lines = ['| worker, one process | peak MB | MB afterwards | records |', '|---|---|---|---|'];
  const start = worker.memory();
  lines.push(`| start | ${start.peakMb} | ${start.nowMb} | |`);
  let most = start.peakMb;
  let good = true;
  for (const [index, what] of ['into an empty state', 'again, all equal'].entries()) {
    worker.resetPeak();
    const resync = await service.runResync(district.id, { everyMs: sampleEveryMs });
    const { peakMb, nowMb } = worker.memory();
    most = Math.max(most, peakMb);
    const { inserted = 0, unchanged = 0 } =
      resync.objectResults?.find(({ object }) => object === largestObject)?.counts ?? {};
    const { errors = 0, processed = 0 } = resync.totals ?? {};
    const moved = index === 0 ? inserted : unchanged;
    if (resync.status !== 'finished' || errors > 0 || moved !== largest) {
      say(
        `Full resync ${what}: ${resync.status}, ${errors} errors, ${moved} of ${largest} ${largestObject}.`,
      );
      good = false;
    }
    lines.push(`| full resync ${what} | ${peakMb} | ${nowMb} | ${processed} |`);
  }
  const kept = most <= mostMegabytes;
  lines.push('', `Most: ${most} MB (bound ${mostMegabytes} MB: ${kept ? 'kept' : 'MISSED'})`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return good && kept;
}

runToExit(main, { stop: () => stopService(dir, say), say });
