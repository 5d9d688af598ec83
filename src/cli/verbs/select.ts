import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { endedStatuses } from '../../domain/resync';
import type { ApiClient } from '../client/api-client';
import {
  clientOf,
  print,
  printJson,
  schoolYearOption,
  tell,
  wantsJson,
  withApiOptions,
} from '../client/command-context';
import { CommandFailure, exitCodeOf, exitCodes, type FailOn } from '../client/exit-codes';
import { number, plainTable, type ResyncAnswer } from '../client/outcome-table';
import { RunView } from '../client/run-progress';
import { failOnOption, printEnd } from './send';
import type { AcceptedAnswer } from '../client/watch-run';
import { createWatchView } from '../client/watch-view';

/** The API's preview, as far as it is shown. */
interface PreviewAnswer {
  readonly previewId: string;
  readonly status: 'running' | 'done' | 'failed';
  readonly message: string | null;
  readonly objects:
    | readonly {
        readonly object: string;
        readonly records: number;
        readonly asked: number;
        readonly descendants: number;
        readonly ancestors: number;
        readonly samples: readonly (readonly string[])[];
      }[]
    | null;
  readonly omitted: readonly Omitted[] | null;
}

interface Omitted {
  readonly object: string;
  readonly why: string;
}

interface SelectOptions {
  readonly preview?: true;
  readonly wait: boolean;
  readonly schoolYear?: number;
  readonly failOn: FailOn;
  readonly idempotencyKey?: string;
}

const askEveryMs = 500;

/** `resync select`: sends one record with its ancestors and all that hangs below, or shows what that would be. */
export function selectCommand(): Command {
  return withApiOptions(new Command('select'))
    .description('send one record with its ancestors and all that hangs below')
    .argument('<district>', 'the district')
    .argument('<object>', 'e.g. PersonIdentity, School, CourseSection')
    .argument('<key...>', 'its key; of several columns, each a word')
    .option('--preview', 'show what would be sent, and send nothing')
    .option('--no-wait', 'return as soon as it is accepted')
    .addOption(schoolYearOption())
    .option('--idempotency-key <key>', 'the same key gives the first resync back')
    .addOption(failOnOption())
    .action(
      async (district: string, object: string, key: string[], options: SelectOptions, command: Command) => {
        const client = clientOf(command);
        const { schoolYear } = options;
        const body = { object, key, ...(schoolYear === undefined ? {} : { schoolYear }) };
        const path = `/districts/${encodeURIComponent(district)}/selective-syncs`;
        if (options.preview) return showPreview(await preview(client, path, body), command);
        const headers =
          options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey };
        const accepted = await client.post<AcceptedAnswer>(path, body, headers);
        if (!options.wait) {
          if (wantsJson(command)) printJson(accepted);
          else print(accepted.resyncId);
          return;
        }
        const end = await follow(client, accepted.resyncId);
        printEnd(end, command);
        process.exitCode = exitCodeOf(end, options.failOn);
      },
    );
}

async function preview(client: ApiClient, path: string, body: object): Promise<PreviewAnswer> {
  let answer = await client.post<PreviewAnswer>(`${path}/preview`, body);
  while (answer.status === 'running') {
    await sleep(askEveryMs);
    answer = await client.get(`/selective-syncs/previews/${encodeURIComponent(answer.previewId)}`);
  }
  if (answer.status === 'done') return answer;
  throw new CommandFailure(answer.message ?? 'The preview could not be made.', exitCodes.notFinished);
}

function showPreview(answer: PreviewAnswer, command: Command): void {
  if (wantsJson(command)) return printJson(answer);
  const rows = (answer.objects ?? []).map(({ object, records, asked, descendants, ancestors, samples }) => [
    object,
    number(records),
    [
      ...(asked > 0 ? ['asked for'] : []),
      ...(descendants > 0 ? [`${number(descendants)} below`] : []),
      ...(ancestors > 0 ? [`${number(ancestors)} above`] : []),
    ].join(', '),
    samples.map((sample) => sample.join(' / ')).join(', '),
  ]);
  print(plainTable(['Object', 'Records', 'Why', 'Keys'], rows, [1]));
  for (const { object, why } of answer.omitted ?? []) tell(`Left out: ${object} (${why})`);
}

/** By asking, not by events: those need the right to batches. */
async function follow(client: ApiClient, resyncId: string): Promise<ResyncAnswer> {
  const view = createWatchView({ quiet: false });
  try {
    for (;;) {
      const resync = await client.get<ResyncAnswer>(`/selective-syncs/${encodeURIComponent(resyncId)}`);
      view.update(new RunView(resync));
      if (resync.status === 'ended' || endedStatuses.includes(resync.status)) return resync;
      await sleep(askEveryMs);
    }
  } finally {
    view.close();
  }
}
