import { Command } from 'commander';
import type { Page } from '../../control/page';
import type { RecordRun } from '../../features/record-history/read';
import { clientOf, countOf, print, printJson, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable } from '../client/outcome-table';

/** `resync history <district> <object> <key>`: what became of one record, run by run. */
export function historyCommand(): Command {
  return withApiOptions(new Command('history'))
    .description('list the resyncs in which a record was written, unchanged, gone, removed or an error')
    .argument('<district>', 'id of the district')
    .argument('<object>', 'name of the object')
    .argument('<key>', 'its match key: the value, or a JSON array of texts as in ["2027","17"]')
    .option('--limit <count>', 'at most this many', countOf, 100)
    .action(
      async (
        district: string,
        object: string,
        key: string,
        { limit }: { limit: number },
        command: Command,
      ) => {
        const client = clientOf(command);
        const path = ['districts', district, 'records', object, key].map(encodeURIComponent).join('/');
        const runs: RecordRun[] = [];
        let cursor: string | null = null;
        do {
          const query = new URLSearchParams({ limit: String(Math.min(500, limit - runs.length)) });
          if (cursor !== null) query.set('cursor', cursor);
          const page: Page<RecordRun> = await client.get(`/${path}/history?${query.toString()}`);
          runs.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null && runs.length < limit);
        if (wantsJson(command)) return printJson(runs);
        const rows = runs.map(({ at, resyncId, schoolYear, outcome, evidence, error }) => [
          at,
          resyncId,
          String(schoolYear),
          outcome,
          evidence,
          error === null ? '' : `${error.code} ${error.message}`,
        ]);
        print(plainTable(['At', 'Resync', 'Year', 'Outcome', 'Known by', 'Error'], rows));
        if (cursor !== null) print('… and more; --limit shows them.');
      },
    );
}
