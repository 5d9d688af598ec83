import { Command } from 'commander';
import { endedStatuses } from '../../domain/resync';
import type { Accepted, Resync, SelectivePreview } from '../client/answers';
import type { ApiClient } from '../client/api-client';
import { clientOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { CommandFailure, exitCodeOf, exitCodes, type FailOn } from '../client/exit-codes';
import { RunView } from '../client/run-progress';
import { failOnOption, printEnd } from './send';
import { createWatchView } from '../client/watch-view';
import { whileFollowing } from '../client/while-following';
import { number, plainTable, print, printJson, tell } from '../client/terminal';

interface SelectOptions {
  readonly preview?: true;
  readonly wait: boolean;
  readonly yes?: true;
  readonly schoolYear?: number;
  readonly failOn: FailOn;
  readonly idempotencyKey?: string;
}

const askEveryMs = 500;

/**
 * `resync select`: sends one record with its ancestors and all that hangs below, or shows what that
 * would be.
 */
export function selectCommand(name = 'select'): Command {
  return withApiOptions(new Command(name))
    .description('send one record with its ancestors and descendants')
    .argument('<district>', 'the district')
    .argument('<object>', 'e.g. PersonIdentity, School, CourseSection')
    .argument('<key...>', 'its key; of several columns, each a word')
    .option('--preview', 'show what would be sent, and send nothing')
    .option('--no-wait', 'return as soon as it is accepted')
    .option(...yesOption)
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
        const { idempotencyKey } = options;
        const question = () =>
          `Send one record of ${object} with what is above and below it, of ${district}, to the state`;
        await confirm(question, { yes: options.yes === true, command });
        const accepted = await client.post<Accepted>(path, body, { idempotencyKey });
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

async function preview(client: ApiClient, path: string, body: object): Promise<SelectivePreview> {
  const { previewId } = await client.post<SelectivePreview>(`${path}/preview`, body);
  const answer = await client.waitFor<SelectivePreview>(
    `/selective-syncs/previews/${encodeURIComponent(previewId)}`,
    {
      goesOn: 'Nothing is sent by a preview.',
      ended: ({ status }) => status !== 'running',
      everyMs: askEveryMs,
    },
  );
  if (answer.status === 'done') return answer;
  throw new CommandFailure(answer.message ?? 'The preview could not be made.', exitCodes.notFinished);
}

function showPreview(answer: SelectivePreview, command: Command): void {
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
async function follow(client: ApiClient, resyncId: string): Promise<Resync> {
  const view = createWatchView({ quiet: false });
  return whileFollowing(resyncId, view, () =>
    client.waitFor<Resync>(`/selective-syncs/${encodeURIComponent(resyncId)}`, {
      goesOn: null,
      ended: (resync) => {
        view.update(new RunView(resync));
        return resync.status === 'ended' || endedStatuses.includes(resync.status);
      },
      everyMs: askEveryMs,
    }),
  );
}
