import { Command } from 'commander';
import { type PublicKey, verifyManifest } from '../../features/certifications/signing';
import { newSigningKey } from '../../config/signing-key';
import type {
  Certification,
  CertificationAccepted,
  CertificationDrift,
  CertificationDriftWithRows,
  CertificationWithManifest,
  Page,
} from '../client/answers';
import type { ApiClient } from '../client/api-client';
import { clientOf, countOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { plainTable, print, printJson, tell } from '../client/terminal';
import { textOfFile } from '../client/text-of-file';

/** Rows of a comparison that a screen has room for. */
const shownRows = 50;

/** `resync certify`: certify what the state holds of a district, or make the key that signs. */
export function certifyCommand(name = 'certify'): Command {
  return withApiOptions(new Command(name))
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
      const { certificationId } = await client.post<CertificationAccepted>(
        '/certifications',
        { district, reportingDate, name, ...(schoolYear === undefined ? {} : { schoolYear }) },
        { idempotencyKey },
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
    .addCommand(keyCommand(), { hidden: true });
}

function keyCommand(): Command {
  return new Command('key').description('print a new private key for CERTIFICATION_KEY').action(() => {
    tell('Keep it secret: export it as CERTIFICATION_KEY to the API and the workers.');
    print(newSigningKey());
  });
}

interface CertifyOptions {
  readonly reportingDate?: string;
  readonly name?: string;
  readonly schoolYear?: number;
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

/** `resync certifications`: the list. */
export function certificationsCommand(name = 'certifications'): Command {
  return withApiOptions(new Command(name))
    .description('list certifications, newest first')
    .option('--district <id>', 'only of this district')
    .option('--limit <count>', 'at most this many, up to 500', countOf, 20)
    .action(async ({ district, limit }: { district?: string; limit: number }, command: Command) => {
      const { items } = await clientOf(command).get<Page<Certification>>('/certifications', {
        limit,
        district,
      });
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

/** `resync certification start | list | show | key`. */
export function certificationCommand(): Command {
  return new Command('certification')
    .description('certify what the state holds at a reporting date: signed counts and checksums')
    .addCommand(certifyCommand('start'))
    .addCommand(certificationsCommand('list'))
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(keyCommand());
}

/** One of them; verified by oneself, compared with today. */
function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show a certification, verify its signature, compare it with today')
    .argument('<certification>', 'its id; with --verify also a file with the signed document')
    .option('--drift', 'compare what the state holds now with what was certified')
    .option('--verify', 'verify the signed document here, not by the service')
    .option('--keys <file>', 'with --verify: the public keys (JWK Set) you kept, not those the service gives')
    .action(async (id: string, options: ShowOptions, command: Command) => {
      if (options.verify) return verifyHere(id, options.keys, command);
      const client = clientOf(command);
      if (options.drift) return showDrift(client, id, command);
      const shown = await client.get<CertificationWithManifest>(pathOf(id));
      if (wantsJson(command)) printJson(shown);
      else print(describe(shown));
      if (shown.verified === false) process.exitCode = exitCodes.red;
    });
}

const pathOf = (id: string): string => `/certifications/${encodeURIComponent(id)}`;

async function ended(client: ApiClient, id: string): Promise<CertificationWithManifest> {
  const shown = await client.waitFor<CertificationWithManifest>(pathOf(id), {
    goesOn: `Certification ${id} goes on. To see what came of it: resync certification show ${id}`,
    ended: ({ status }) => status === 'certified' || status === 'failed',
    line: ({ status, message }) => (status === 'certified' || status === 'failed' ? null : message),
  });
  if (shown.status === 'failed')
    throw new CommandFailure(`${id} failed: ${shown.message ?? ''}`, exitCodes.notFinished);
  return shown;
}

function describe(shown: CertificationWithManifest): string {
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
    ? textOfFile(named)
    : await clientOf(command).getText(`${pathOf(named)}/manifest`);
  const { keys } =
    keysFile === undefined
      ? await clientOf(command).get<{ keys: PublicKey[] }>('/certification-keys')
      : (JSON.parse(textOfFile(keysFile)) as { keys: PublicKey[] });
  const verified = await verifyManifest(jws.trim(), keys);
  if (!verified.valid) throw new CommandFailure(verified.problem, exitCodes.red);
  if (wantsJson(command)) return printJson(verified);
  const { manifest, kid } = verified;
  print(
    `Valid: “${manifest.name}” of ${manifest.district.name}, reporting date ${manifest.reportingDate}, ${manifest.records} records, signed by ${kid}`,
  );
}

async function showDrift(client: ApiClient, id: string, command: Command): Promise<void> {
  const { driftId } = await client.post<CertificationDrift>(`${pathOf(id)}/drift`);
  const drift = await client.waitFor<CertificationDriftWithRows>(
    `${pathOf(id)}/drift/${driftId}?limit=${shownRows}`,
    {
      goesOn: `Comparison ${driftId} goes on. To see what came of it: ${client.urlOf(`${pathOf(id)}/drift/${driftId}`)}`,
      ended: ({ status }) => status !== 'accepted' && status !== 'waiting',
    },
  );
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
