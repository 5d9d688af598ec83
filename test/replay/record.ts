/**
 * Records the histories that the replay test replays: `npx tsx test/replay/record.ts [scenario
 * ...]`. Run it when a release's workflows are final, with a new name for the folder; histories of
 * earlier releases stay.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';
import { version } from '../../package.json';
import { withWorkflows } from '../workflows/support';
import { scenarios } from './scenarios';

async function record(): Promise<void> {
  const folder = join(__dirname, '..', 'histories', version);
  mkdirSync(folder, { recursive: true });
  const wanted = process.argv.slice(2);
  for (const { name, script, play } of scenarios()) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await withWorkflows(script, async (world) => {
      for (const [index, workflowId] of (await play(world)).entries()) {
        const history = await world.client.workflow.getHandle(workflowId).fetchHistory();
        const bytes = temporal.api.history.v1.History.encode(history).finish();
        writeFileSync(join(folder, `${name}-${index}.bin.gz`), gzipSync(bytes));
      }
    });
    process.stdout.write(`${name}\n`);
  }
}

record().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
