import { Command } from 'commander';
import { endedVerification } from '../../domain/verification';
import type {
  Page,
  Verification,
  VerificationAccepted,
  VerificationHead,
  VerificationSample,
} from '../client/answers';
import type { ApiClient } from '../client/api-client';
import {
  clientOf,
  countOf,
  namesOf,
  schoolYearOption,
  wantsJson,
  withApiOptions,
} from '../client/command-context';
import { exitCodeOfVerification } from '../client/exit-codes';
import { plainTable, print, printJson } from '../client/terminal';

/** Samples of keys a screen has room for. */
const shownSamples = 10;

interface VerifyOptions {
  readonly objects?: string[];
  readonly checkDependencies: boolean;
  readonly schoolYear?: number;
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

/** `resync verify`: compare a district with the state. */
export function verifyCommand(name = 'verify'): Command {
  return withApiOptions(new Command(name))
    .description('compare a district with the state by object and school; nothing is written at either')
    .argument('<district>', 'the district')
    .option('--objects <names>', 'objects, separated by commas; default: all', namesOf)
    .option('--no-check-dependencies', 'only these objects, without what they depend on')
    .addOption(schoolYearOption())
    .option('--idempotency-key <key>', 'the same key gives the first verification back')
    .option(
      '--wait',
      'wait for its end: exit 0 equal, 3 a resync fixes it, 4 a resync does not fix all of it',
    )
    .action(async (district: string, options: VerifyOptions, command: Command) => {
      const client = clientOf(command);
      const { objects, checkDependencies, schoolYear, idempotencyKey } = options;
      const { verificationId } = await client.post<VerificationAccepted>(
        '/verifications',
        {
          district,
          objects: objects ?? 'all',
          checkDependencies,
          ...(schoolYear === undefined ? {} : { schoolYear }),
        },
        { idempotencyKey },
      );
      if (options.wait) await show(client, await verificationEnd(client, verificationId), command);
      else if (wantsJson(command)) printJson({ verificationId });
      else print(verificationId);
    });
}

/** `resync verification start | list | show`. */
export function verificationCommand(): Command {
  return new Command('verification')
    .description('compare districts with the state, and see what was found')
    .addCommand(verifyCommand('start'))
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show a verification: what differs, by object, with samples')
    .argument('<verification>', 'its id')
    .action(async (id: string, _options: object, command: Command) => {
      const client = clientOf(command);
      await show(client, await client.get<Verification>(pathOf(id)), command);
    });
}

interface ListOptions {
  readonly district?: string;
  readonly limit: number;
}

function listCommand(): Command {
  return withApiOptions(new Command('list'))
    .description('list verifications, newest first')
    .option('--district <id>', 'only of this district')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action((options: ListOptions, command: Command) => list(clientOf(command), options, command));
}

/**
 * `resync verifications`, as it was before `verification list` and `show`: the list, or one of
 * them.
 */
export function verificationsCommand(): Command {
  return withApiOptions(new Command('verifications'))
    .description('list verifications, the newest first; or show one')
    .argument('[verification]', 'the id of the one to show')
    .option('--district <id>', 'only of this district')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(
      async (
        id: string | undefined,
        { district, limit }: { district?: string; limit: number },
        command: Command,
      ) => {
        const client = clientOf(command);
        if (id !== undefined) return show(client, await client.get<Verification>(pathOf(id)), command);
        await list(client, { ...(district === undefined ? {} : { district }), limit }, command);
      },
    );
}

async function list(client: ApiClient, { district, limit }: ListOptions, command: Command): Promise<void> {
  const { items } = await client.get<Page<VerificationHead>>('/verifications', { limit, district });
  if (wantsJson(command)) return printJson(items);
  const rows = items.map((item) => [
    ...[item.verificationId, item.districtId, String(item.schoolYear), item.kind, item.status],
    ...[item.requestedAt, item.message ?? ''],
  ]);
  const head = ['Verification', 'District', 'Year', 'Kind', 'Status', 'Requested', 'Verdict'];
  print(plainTable(head, rows));
}

const pathOf = (id: string): string => `/verifications/${encodeURIComponent(id)}`;

/**
 * Waits for a verification's end, and tells on standard error how far it is. @throws CommandFailure
 */
export function verificationEnd(client: ApiClient, id: string): Promise<Verification> {
  return client.waitFor<Verification>(pathOf(id), {
    goesOn: `Verification ${id} goes on. To see what came of it: resync verification show ${id}`,
    ended: ({ status }) => endedVerification.includes(status),
    line: ({ status, message, objectResults }) => {
      if (endedVerification.includes(status)) return null;
      const done = objectResults.filter((object) => object.status === 'finished').length;
      return message ?? `${status}: ${done} of ${objectResults.length} objects compared`;
    },
  });
}

async function show(client: ApiClient, view: Verification, command: Command): Promise<void> {
  process.exitCode = exitCodeOfVerification(view);
  if (wantsJson(command)) return printJson(view);
  const differing = view.objectResults.filter(
    ({ status, counts }) =>
      status !== 'finished' || counts.missing + counts.different + counts.extra + counts.excluded > 0,
  );
  const rows = differing.map(({ object, status, counts, message }) => [
    ...[object, status, String(counts.districtRecords), String(counts.stateRecords), String(counts.missing)],
    ...[String(counts.different), String(counts.extra), String(counts.excluded), message ?? ''],
  ]);
  const header = ['Object', 'Status', 'District', 'State', 'Missing', 'Different', 'Extra', 'Excluded', ''];
  if (rows.length > 0) print(plainTable(header, rows, [2, 3, 4, 5, 6, 7]));
  const { items } = await client.get<Page<VerificationSample>>(`${pathOf(view.verificationId)}/samples`, {
    limit: shownSamples,
  });
  for (const { object, kind, key, predictedOutcome, code } of items)
    print(
      `${object} ${key.join(' ')}: ${kind}, would be ${predictedOutcome}${code === null ? '' : ` (${code})`}`,
    );
  print(view.message ?? view.status);
}
