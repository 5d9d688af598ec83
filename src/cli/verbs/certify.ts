import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type PublicKey, verifyManifest } from '../../features/certifications/signing';
import { newSigningKey } from '../../config/signing-key';
import type { CertificationDrift } from '../../features/certifications/drift-store';
import type { Certification } from '../../features/certifications/store';
import type { Page } from '../../control/page';
import type { DriftRow, Manifest } from '../../domain/certification';
import type { ApiClient } from '../client/api-client';
import {
  clientOf,
  countOf,
  print,
  printJson,
  schoolYearOption,
  tell,
  wantsJson,
  withApiOptions,
} from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { plainTable } from '../client/outcome-table';

/** How often an end is asked for. */
const askEveryMs = 1_000;
/** Rows of a comparison that a screen has room for. */
const shownRows = 50;

type Shown = Certification & {
  readonly verified: boolean | null;
  readonly problem: string | null;
  readonly kid: string | null;
  readonly manifest: Manifest | null;
};

/** `resync certify`: certify what the state holds of a district, or make the key that signs. */
export function certifyCommand(): Command {
  return withApiOptions(new Command('certify'))
    .description(
      'certify what the state holds of a district at a reporting date: signed counts and checksums',
    )
    .argument('<district>', 'the district')
    .option('--reporting-date <day>', 'the date the state reports for, e.g. 2026-10-01')
    .option('--name <text>', 'what it is called, e.g. "Fall membership count"')
    .addOption(schoolYearOption())
    .option('--idempotency-key <key>', 'the same key gives the first certification back')
    .option('--wait', 'wait until it is signed')
    .action(async (district: string, options: CertifyOptions, command: Command) => {
      const client = clientOf(command);
      const { reportingDate, name, schoolYear, idempotencyKey } = options;
      // Not commander's own required options: it would ask them of "certify key", too.
      if (reportingDate === undefined || name === undefined)
        throw new CommandFailure('Give --reporting-date and --name.', exitCodes.usage);
      const { certificationId } = await client.post<{ certificationId: string }>(
        '/certifications',
        { district, reportingDate, name, ...(schoolYear === undefined ? {} : { schoolYear }) },
        idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
      );
      if (options.wait) {
        const shown = await ended(client, certificationId);
        if (wantsJson(command)) printJson(shown);
        else print(describe(shown));
        return;
      }
      if (wantsJson(command)) printJson({ certificationId });
      else print(certificationId);
    })
    .addCommand(
      new Command('key').description('print a new private key for CERTIFICATION_KEY').action(() => {
        tell('Keep it secret: export it as CERTIFICATION_KEY to the API and the workers.');
        print(newSigningKey());
      }),
    );
}

interface CertifyOptions {
  readonly reportingDate?: string;
  readonly name?: string;
  readonly schoolYear?: number;
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

/** `resync certifications`: the list. */
export function certificationsCommand(): Command {
  return withApiOptions(new Command('certifications'))
    .description('list certifications, the newest first')
    .option('--district <id>', 'only of this district')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(async ({ district, limit }: { district?: string; limit: number }, command: Command) => {
      const only = district === undefined ? '' : `&district=${encodeURIComponent(district)}`;
      const { items } = await clientOf(command).get<Page<Certification>>(
        `/certifications?limit=${limit}${only}`,
      );
      if (wantsJson(command)) return printJson(items);
      const rows = items.map((item) => [
        ...[item.certificationId, item.districtId, String(item.schoolYear), item.reportingDate],
        ...[item.status, item.records === null ? '' : String(item.records), item.name],
      ]);
      print(
        plainTable(
          ['Certification', 'District', 'Year', 'Reporting date', 'Status', 'Records', 'Name'],
          rows,
          [5],
        ),
      );
    });
}

interface ShowOptions {
  readonly drift?: true;
  readonly verify?: true;
  readonly keys?: string;
}

/** `resync certification`: one of them; verified by oneself, compared with today. */
export function certificationCommand(): Command {
  return withApiOptions(new Command('certification'))
    .description('show a certification, verify its signature, compare it with today')
    .argument('<certification>', 'its id; with --verify also a file with the signed document')
    .option('--drift', 'compare what the state holds now with what was certified')
    .option('--verify', 'verify the signed document here, not by the service')
    .option('--keys <file>', 'with --verify: the public keys (JWK Set) you kept, not those the service gives')
    .action(async (id: string, options: ShowOptions, command: Command) => {
      if (options.verify) return verifyHere(id, options.keys, command);
      const client = clientOf(command);
      if (options.drift) return showDrift(client, id, command);
      const shown = await client.get<Shown>(pathOf(id));
      if (wantsJson(command)) printJson(shown);
      else print(describe(shown));
      if (shown.verified === false) process.exitCode = exitCodes.red;
    });
}

const pathOf = (id: string): string => `/certifications/${encodeURIComponent(id)}`;

async function ended(client: ApiClient, id: string): Promise<Shown> {
  let told = '';
  for (;;) {
    const shown = await client.get<Shown>(pathOf(id));
    if (shown.status === 'certified') return shown;
    if (shown.status === 'failed')
      throw new CommandFailure(`${id} failed: ${shown.message ?? ''}`, exitCodes.notFinished);
    if (shown.message !== null && shown.message !== told) tell((told = shown.message));
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

function describe(shown: Shown): string {
  const { certificationId, districtId, schoolYear, reportingDate, name, status, message, manifest } = shown;
  const lines = [
    `Certification:  ${certificationId}, “${name}”`,
    `Of:             ${districtId}, school year ${schoolYear}, reporting date ${reportingDate}`,
    `Status:         ${status}${message === null ? '' : `: ${message}`}`,
  ];
  if (shown.verified === false) lines.push(`Signature:      ${shown.problem ?? 'INVALID'}`);
  if (!manifest) return lines.join('\n');
  lines.push(
    `Signature:      valid, by key ${shown.kid ?? ''}`,
    `Measured at:    ${manifest.measuredAt}, all of it`,
    `Newest resync:  ${manifest.newestResync === null ? 'none' : `${manifest.newestResync.resyncId}, ended ${manifest.newestResync.endedAt}`}`,
  );
  const rows = manifest.objects
    .filter(({ counts }) => counts.length > 0)
    .map(({ object, counts }) => [
      object,
      String(counts.filter(({ school }) => school !== null).length),
      String(counts.reduce((sum, { records }) => sum + records, 0)),
    ]);
  return `${lines.join('\n')}\n${plainTable(['Object', 'Schools', 'Records'], rows, [1, 2])}`;
}

/** Believes nothing but the keys: the service may be what is not to be believed. */
async function verifyHere(named: string, keysFile: string | undefined, command: Command): Promise<void> {
  const jws = /\.jws$/.test(named)
    ? textOf(named)
    : await clientOf(command).getText(`${pathOf(named)}/manifest`);
  const { keys } =
    keysFile === undefined
      ? await clientOf(command).get<{ keys: PublicKey[] }>('/certification-keys')
      : (JSON.parse(textOf(keysFile)) as { keys: PublicKey[] });
  const verified = await verifyManifest(jws.trim(), keys);
  if (!verified.valid) throw new CommandFailure(verified.problem, exitCodes.red);
  if (wantsJson(command)) return printJson(verified);
  const { manifest, kid } = verified;
  print(
    `Valid: “${manifest.name}” of ${manifest.district.name}, reporting date ${manifest.reportingDate}, ${manifest.records} records, signed by ${kid}`,
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(`${file} can’t be read.`, exitCodes.usage);
  }
}

async function showDrift(client: ApiClient, id: string, command: Command): Promise<void> {
  const { driftId } = await client.post<CertificationDrift>(`${pathOf(id)}/drift`);
  const path = `${pathOf(id)}/drift/${driftId}?limit=${shownRows}`;
  let drift = await client.get<CertificationDrift & Page<DriftRow>>(path);
  while (drift.status === 'accepted' || drift.status === 'waiting') {
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    drift = await client.get(path);
  }
  const { counts } = drift;
  if (counts === null)
    throw new CommandFailure(`It could not be compared: ${drift.message ?? ''}`, exitCodes.notFinished);
  const { changed, gone, new: added, incomparable } = counts;
  const drifted = changed + gone + added;
  process.exitCode = drifted > 0 ? exitCodes.red : incomparable > 0 ? exitCodes.yellow : exitCodes.green;
  if (wantsJson(command)) return printJson(drift);
  const told = Object.entries(counts).map(([result, count]) => `${count} ${result}`);
  print(`Objects, schools and years: ${told.join(', ')}`);
  const rows = drift.items
    .filter(({ result }) => result !== 'equal')
    .map(({ object, school, result, why, certified, today }) => [
      ...[object, school ?? '', result],
      ...[String(certified?.records ?? ''), String(today?.records ?? ''), why ?? ''],
    ]);
  if (rows.length > 0)
    print(plainTable(['Object', 'School', 'Result', 'Certified', 'Today', 'Why'], rows, [3, 4]));
  if (drift.nextCursor !== null && drifted + incomparable > shownRows)
    tell(`The first ${shownRows}; the API has them all: ${client.urlOf(`${pathOf(id)}/drift/${driftId}`)}`);
}
