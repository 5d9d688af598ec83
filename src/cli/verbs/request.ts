import { Command } from 'commander';
import { describeCounts, endedRequestStatuses } from '../../domain/state-request';
import type {
  BoardDistrict,
  Page,
  StateRequestAccepted,
  StateRequestBoard,
  StateRequestHead,
  StateRequestPlan,
} from '../client/answers';
import type { ApiClient } from '../client/api-client';
import { clientOf, countOf, wantsJson, withApiOptions } from '../client/command-context';
import { confirm, yesOption } from '../client/confirm';
import { CommandFailure, exitCodes, type FailOn } from '../client/exit-codes';
import { exitCodeOfRequest } from '../client/request-exit-code';
import { pathOf, type WhatOptions, whatOf, withReason, withWhat } from './request-options';
import { reportCommand } from './request-report';
import { failOnOption } from './send';
import { number, paint, plainTable, print, printJson, tell } from '../client/terminal';

/** How often a board is asked for while it is watched. */
const watchEveryMs = 2_000;

/** `resync request`: what the state asks of many districts at once. */
export function requestCommand(): Command {
  return new Command('request')
    .description('request a resync of districts, as the state, and see their progress')
    .addCommand(planCommand())
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(watchCommand())
    .addCommand(reportCommand())
    .addCommand(extendCommand())
    .addCommand(retryCommand())
    .addCommand(cancelCommand());
}

interface CreateOptions extends WhatOptions {
  readonly reason: string;
  readonly scenario: string;
  readonly mode: string;
  readonly from?: string;
  readonly until?: string;
  readonly idempotencyKey?: string;
  readonly watch?: true;
  readonly yes?: true;
  readonly failOn: FailOn;
}

function withYear(command: Command): Command {
  return command.option(
    '--school-year <year>',
    'year in which the school year ends (default: each district’s current one)',
  );
}

function planCommand(): Command {
  return withYear(withWhat(withApiOptions(new Command('plan'))))
    .description('show which districts a request would ask for what, and who can’t; nothing is started')
    .action(async (options: WhatOptions, command: Command) => {
      const plan = await planOf(clientOf(command), options);
      if (wantsJson(command)) return printJson(plan);
      const rows = plan.objects.map(({ name, added, districts }) => [
        ...[name, added ? 'needed by another' : 'named', number(districts)],
      ]);
      print(plainTable(['Object', 'Why', 'Districts'], rows, [2]));
      const { records, time, districts } = plan;
      print(
        `${number(districts)} district(s), about ${number(records.expected)} records${time === null ? '' : `, about ${number(Math.ceil(time.seconds / 60))} min`}; nothing is known of ${number(records.unknownDistricts)} district(s).`,
      );
      for (const { wave, districts: of } of plan.waves) print(`Wave ${wave}: ${number(of)} district(s)`);
      for (const { districtId, why } of plan.notRun) print(`${districtId} would not be done: ${why}`);
    });
}

function planOf(client: ApiClient, options: WhatOptions): Promise<StateRequestPlan> {
  return client.post('/state-requests/plan', whatOf(options));
}

/** What a person is asked before districts are. */
function questionOf({ districts, objects, records, notRun }: StateRequestPlan): string {
  const sent = objects.length === 1 ? '1 object' : `${number(objects.length)} objects`;
  const left = notRun.length === 0 ? '' : `, and leave out ${number(notRun.length)}`;
  return `Have ${number(districts)} district(s) send ${sent}, about ${number(records.expected)} records${left}`;
}

function createCommand(): Command {
  return withReason(withYear(withWhat(withApiOptions(new Command('create')))))
    .description('request a resync of districts; it goes ahead of their own queued resyncs')
    .option('--from <time>', 'begin no run before, e.g. 2026-11-26T22:00:00Z')
    .option('--until <time>', 'start no run after this time, and stop trying to connect to districts')
    .option('--idempotency-key <key>', 'the same key gives the first request back')
    .option('--watch', 'follow it to its end')
    .option(...yesOption)
    .addOption(failOnOption())
    .action(async (options: CreateOptions, command: Command) => {
      const client = clientOf(command);
      const { idempotencyKey } = options;
      const body = bodyOf(options);
      let shown: { readonly planHash?: string } = {};
      const question = async () => {
        const plan = await planOf(client, options);
        shown = { planHash: plan.planHash };
        return questionOf(plan);
      };
      await confirm(question, { yes: options.yes === true, command });
      const made = await client.post<StateRequestAccepted>(
        '/state-requests',
        // What was shown is what is asked.
        { ...body, ...shown },
        { idempotencyKey },
      );
      for (const { districtId, why } of made.notRun) tell(`${districtId} will not be done: ${why}`);
      if (options.watch) return follow(client, made.stateRequestId, command, options.failOn);
      if (wantsJson(command)) printJson(made);
      else print(made.stateRequestId);
    });
}

function bodyOf(options: CreateOptions): object {
  const { reason, scenario, mode, from, until } = options;
  if (from !== undefined && until === undefined)
    throw new CommandFailure('--from needs --until.', exitCodes.usage);
  return {
    ...whatOf(options),
    ...{ reason, scenario, mode },
    ...(until === undefined ? {} : { window: { ...(from === undefined ? {} : { from }), until } }),
  };
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list the state’s requests, newest first')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { items } = await clientOf(command).get<Page<StateRequestHead>>('/state-requests', { limit });
      if (wantsJson(command)) return printJson(items);
      const rows = items.map((item) => [
        item.stateRequestId,
        item.status,
        item.objects === 'all' ? 'all' : `${item.objects.length} objects`,
        describeCounts({ ...none, ...item.counts }),
        item.requestedAt,
        item.reason,
      ]);
      print(plainTable(['Request', 'Status', 'Sends', 'Districts', 'Requested', 'Reason'], rows));
    });
}

const none = { waiting: 0, queued: 0, running: 0, done: 0, failed: 0, notRun: 0 };

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show a request: one line per district')
    .argument('<request>', 'id of the request')
    .option('--district <id>', 'only this district, with its resync')
    .action(async (id: string, { district }: { district?: string }, command: Command) => {
      const client = clientOf(command);
      if (district !== undefined) {
        const one = await client.get<BoardDistrict>(
          `${pathOf(id)}/districts/${encodeURIComponent(district)}`,
        );
        if (wantsJson(command)) return printJson(one);
        print(districtTable([one]));
        if (one.resyncId !== null) print(`"resync run show ${one.resyncId}" shows its objects.`);
        return;
      }
      printBoard(await client.get<StateRequestBoard>(pathOf(id)), command);
    });
}

function watchCommand(): Command {
  return withApiOptions(new Command('watch'))
    .description('follow a request to its end; the exit code is that of its worst district')
    .argument('<request>', 'id of the request')
    .addOption(failOnOption())
    .action((id: string, { failOn }: { failOn: FailOn }, command: Command) =>
      follow(clientOf(command), id, command, failOn),
    );
}

function cancelCommand(): Command {
  return withApiOptions(new Command('cancel'))
    .description('withdraw a request from the districts that have not started')
    .argument('<request>', 'id of the request')
    .option('--running', 'also cancel the runs in progress')
    .option('--district <id>', 'only from this district')
    .action(async (id: string, { running, district }: CancelOptions, command: Command) => {
      const client = clientOf(command);
      const body = { running: running ? 'cancel' : 'leave' };
      if (district === undefined)
        return printBoard(await client.post<StateRequestBoard>(`${pathOf(id)}/cancel`, body), command);
      const path = `${districtPathOf(id, district)}/cancel`;
      printDistrict(await client.post<BoardDistrict>(path, body), command);
    });
}

interface CancelOptions {
  readonly running?: true;
  readonly district?: string;
}

function extendCommand(): Command {
  return withApiOptions(new Command('extend'))
    .description('give the districts of an open request more time to begin')
    .argument('<request>', 'id of the request')
    .requiredOption('--until <time>', 'the new end of its window, e.g. 2026-11-28T06:00:00Z')
    .action(async (id: string, { until }: { until: string }, command: Command) =>
      printBoard(await clientOf(command).post<StateRequestBoard>(`${pathOf(id)}/extend`, { until }), command),
    );
}

function retryCommand(): Command {
  return withApiOptions(new Command('retry'))
    .description('ask one district again that failed or was not done')
    .argument('<request>', 'id of the request')
    .requiredOption('--district <id>', 'the district')
    .option('--until <time>', 'until when it may begin; needed once the window is over')
    .action(
      async (id: string, { district, until }: { district: string; until?: string }, command: Command) => {
        const path = `${districtPathOf(id, district)}/retry`;
        const body = until === undefined ? {} : { until };
        printDistrict(await clientOf(command).post<BoardDistrict>(path, body), command);
      },
    );
}

function printDistrict(district: BoardDistrict, command: Command): void {
  if (wantsJson(command)) return printJson(district);
  print(districtTable([district]));
}

const districtPathOf = (id: string, district: string): string =>
  `${pathOf(id)}/districts/${encodeURIComponent(district)}`;

/** A line on standard error whenever something has changed; then the board, and the exit code. */
async function follow(client: ApiClient, id: string, command: Command, failOn: FailOn): Promise<void> {
  const board = await client.waitFor<StateRequestBoard>(pathOf(id), {
    goesOn: `Request ${id} goes on. To follow it again: resync request watch ${id}`,
    ended: ({ status }) => endedRequestStatuses.includes(status),
    line: lineOf,
    everyMs: watchEveryMs,
  });
  printBoard(board, command);
  process.exitCode = exitCodeOfRequest(board, failOn);
}

function lineOf({ status, percent, counts, forecastEnd }: StateRequestBoard): string {
  const forecast = forecastEnd === null ? '' : ` It will end about ${forecastEnd.slice(0, 16)}Z.`;
  return `${status}, ${percent} %: ${describeCounts(counts)}${forecast}`;
}

function printBoard(board: StateRequestBoard, command: Command): void {
  if (wantsJson(command)) return printJson(board);
  print(districtTable(board.districts));
  print(`Request ${board.stateRequestId}: ${lineOf(board)}`);
  if (board.nextWaveAt !== null) print(`The next wave begins at ${board.nextWaveAt}.`);
  if (board.stopped !== null) print(board.stopped);
}

function districtTable(districts: readonly BoardDistrict[]): string {
  const rows = districts.map((row) => [
    row.districtId,
    row.wave === null ? '' : `${row.wave}`,
    paint(row.color, row.status),
    row.percent === null ? '' : `${row.percent} %`,
    row.startedAt ?? '',
    row.endedAt ?? '',
    row.resyncId ?? '',
    row.message ?? '',
  ]);
  const head = ['District', 'Wave', 'Status', 'Done', 'Started', 'Ended', 'Resync', ''];
  if (districts.some(({ wave }) => wave !== null)) return plainTable(head, rows, [1, 3]);
  const without = ([first, , ...rest]: readonly string[]) => [first!, ...rest];
  return plainTable(without(head), rows.map(without), [2]);
}
