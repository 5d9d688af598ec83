import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { type PublicKey, verifyRequestReport } from '../../features/certifications/signing';
import { describeCounts } from '../../domain/state-request';
import type { StateRequestBoard } from '../client/answers';
import { clientOf, wantsJson, withApiOptions } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { print, printJson } from '../client/terminal';
import { textOfFile } from '../client/text-of-file';
import { pathOf } from './request-options';

/** `resync request report`: how a closed request ended, also signed; or whether one is genuine. */
export function reportCommand(): Command {
  return withApiOptions(new Command('report'))
    .description('the closing report as CSV, with --json as JSON, or signed; or verify a signed one')
    .argument('<request>', 'id of the request; with --verify also a file with the signed report')
    .option('--output <file>', 'into this file instead of standard output')
    .option('--signed', 'signed, once the request is closed')
    .option('--verify', 'verify the signed report here, not by the service')
    .option('--keys <file>', 'with --verify: the public keys (JWK Set) you kept, not those the service gives')
    .action(async (id: string, options: ReportOptions, command: Command) => {
      const { output, signed, verify, keys } = options;
      const client = clientOf(command);
      if (verify) return verifyReport(id, keys, command);
      const text = signed
        ? await client.getText(`${pathOf(id)}/report`, { format: 'jws' })
        : wantsJson(command)
          ? `${JSON.stringify(await client.get<object>(`${pathOf(id)}/report`), null, 2)}\n`
          : await client.getText(`${pathOf(id)}/report`, { format: 'csv' });
      if (output === undefined) print(text);
      else writeFileSync(output, text);
    });
}

interface ReportOptions {
  readonly output?: string;
  readonly signed?: true;
  readonly verify?: true;
  readonly keys?: string;
}

/** Believes nothing but the keys: the service may be what is not to be believed. */
async function verifyReport(named: string, keysFile: string | undefined, command: Command): Promise<void> {
  const client = clientOf(command);
  const jws = /\.jws$/.test(named)
    ? textOfFile(named)
    : await client.getText(`${pathOf(named)}/report`, { format: 'jws' });
  const { keys } =
    keysFile === undefined
      ? await client.get<{ keys: PublicKey[] }>('/certification-keys')
      : (JSON.parse(textOfFile(keysFile)) as { keys: PublicKey[] });
  const verified = await verifyRequestReport(jws.trim(), keys);
  if (!verified.valid) throw new CommandFailure(verified.problem, exitCodes.red);
  if (wantsJson(command)) return printJson(verified);
  const { stateRequestId, counts, endedAt } = verified.document as StateRequestBoard;
  print(
    `Valid: request ${stateRequestId}, ended ${endedAt}, ${describeCounts(counts)} Signed by ${verified.kid}`,
  );
}
