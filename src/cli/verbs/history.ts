import { Command } from 'commander';
import type { RecordHistory, RecordRun } from '../client/answers';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { plainTable, print, printJson, tell } from '../client/terminal';

/** `resync history <district> <object> <key>`: the outcome of one record, run by run. */
export function historyCommand(name = 'history'): Command {
  return withApiOptions(new Command(name))
    .description('list the resyncs of a record with its outcome in each')
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
        const path = ['districts', district, 'records', object, key].map(encodeURIComponent).join('/');
        const client = clientOf(command);
        const { items: runs, more } = await client.collect<RecordRun>(`/${path}/history`, {}, limit);
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
        if (more) print('… and more; --limit shows them.');
        const { notKept } = await client.get<RecordHistory>(`/${path}/history?limit=1`);
        if (notKept !== null) tell(notKept.text);
      },
    );
}
