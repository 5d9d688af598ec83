import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../support/workflow-bundle';

const { History } = temporal.api.history.v1;
const folder = join(__dirname, '..', 'histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.bin.gz'),
);

it('keeps every history that was recorded', () => {
  expect(files.sort()).toEqual([
    '0.1.0/cancelled-0.bin.gz',
    '0.1.0/cycle-and-problem-0.bin.gz',
    '0.1.0/district-action-0.bin.gz',
    '0.1.0/district-action-failed-0.bin.gz',
    '0.1.0/full-0.bin.gz',
    '0.1.0/full-1.bin.gz',
    '0.1.0/full-2.bin.gz',
    '0.1.0/paused-and-one-object-cancelled-0.bin.gz',
    '0.1.0/preempted-0.bin.gz',
    '0.1.0/preempted-1.bin.gz',
    '0.1.0/preempted-2.bin.gz',
    '0.1.0/removals-held-0.bin.gz',
    '0.1.0/retention-0.bin.gz',
    '0.1.0/retention-failed-0.bin.gz',
    '0.1.0/state-fields-0.bin.gz',
    '0.1.0/state-fields-1.bin.gz',
    '0.1.0/state-request-0.bin.gz',
    '0.1.0/state-request-cancelled-0.bin.gz',
    '0.1.0/verification-0.bin.gz',
    '0.1.0/verified-resync-0.bin.gz',
  ]);
});

it.each(files)('today’s workflows can go on with the recorded run %s', async (file) => {
  const history = History.decode(gunzipSync(readFileSync(join(folder, file))));
  // A failure here means: runs under way at deploy time would get stuck. Guard the change with
  // patched().
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowIdOf(history));
});

/** Child ids are made from it, so it has to be the recorded one. */
function workflowIdOf(history: temporal.api.history.v1.IHistory): string {
  return history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'unknown';
}
