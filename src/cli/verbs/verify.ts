import { Command } from 'commander';
import type { Page } from '../../control/page';
import type { SampleView } from '../../features/verifications/list-samples';
import type { VerificationHead, VerificationView } from '../../features/verifications/read';
import { endedVerification } from '../../domain/verification';
import type { ApiClient } from '../client/api-client';
import {
  clientOf,
  countOf,
  namesOf,
  print,
  printJson,
  schoolYearOption,
  tell,
  wantsJson,
  withApiOptions,
} from '../client/command-context';
import { exitCodeOfVerification } from '../client/exit-codes';
import { plainTable } from '../client/outcome-table';

/** How often an end is asked for. */
const askEveryMs = 1_000;
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
export function verifyCommand(): Command {
  return withApiOptions(new Command('verify'))
    .description('compare a district with the state by object and school; nothing is written at either')
    .argument('<district>', 'the district')
    .option('--objects <names>', 'objects, separated by commas; default: all', namesOf)
    .option('--no-check-dependencies', 'only these objects, without what they depend on')
    .addOption(schoolYearOption())
    .option('--idempotency-key <key>', 'the same key gives the first verification back')
    .option(
      '--wait',
      'wait for its end: exit 0 equal, 3 a resync mends it, 4 a resync does not mend all of it',
    )
    .action(async (district: string, options: VerifyOptions, command: Command) => {
      const client = clientOf(command);
      const { objects, checkDependencies, schoolYear, idempotencyKey } = options;
      const { verificationId } = await client.post<{ verificationId: string }>(
        '/verifications',
        {
          district,
          objects: objects ?? 'all',
          checkDependencies,
          ...(schoolYear === undefined ? {} : { schoolYear }),
        },
        idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
      );
      if (options.wait) await show(client, await verificationEnd(client, verificationId), command);
      else if (wantsJson(command)) printJson({ verificationId });
      else print(verificationId);
    });
}

/** `resync verifications`: the list, or one of them. */
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
        if (id !== undefined) return show(client, await client.get<VerificationView>(pathOf(id)), command);
        const only = district === undefined ? '' : `&district=${encodeURIComponent(district)}`;
        const { items } = await client.get<Page<VerificationHead>>(`/verifications?limit=${limit}${only}`);
        if (wantsJson(command)) return printJson(items);
        const rows = items.map((item) => [
          ...[item.verificationId, item.districtId, String(item.schoolYear), item.kind, item.status],
          ...[item.requestedAt, item.message ?? ''],
        ]);
        print(
          plainTable(
            ['Verification', 'District', 'Year', 'Kind', 'Status', 'Requested', 'Verdict'],
            rows,
            [],
          ),
        );
      },
    );
}

const pathOf = (id: string): string => `/verifications/${encodeURIComponent(id)}`;

/** Waits for a verification's end, and tells on standard error how far it is. @throws CommandFailure */
export async function verificationEnd(client: ApiClient, id: string): Promise<VerificationView> {
  let told = '';
  for (;;) {
    const view = await client.get<VerificationView>(pathOf(id));
    if (endedVerification.includes(view.status)) return view;
    const done = view.objectResults.filter(({ status }) => status === 'finished').length;
    const text = view.message ?? `${view.status}: ${done} of ${view.objectResults.length} objects compared`;
    if (text !== told) tell(text);
    told = text;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

async function show(client: ApiClient, view: VerificationView, command: Command): Promise<void> {
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
  const { items } = await client.get<Page<Omit<SampleView, 'key'> & { readonly key: readonly string[] }>>(
    `${pathOf(view.verificationId)}/samples?limit=${shownSamples}`,
  );
  for (const { object, kind, key, predictedOutcome, code } of items)
    print(
      `${object} ${key.join(' ')}: ${kind}, would be ${predictedOutcome}${code === null ? '' : ` (${code})`}`,
    );
  print(view.message ?? view.status);
}
