/** The configuration of the local stack: one district, Grand Bend. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { newSigningKey } from '../config/signing-key';
import type { GivenServers } from './given-servers';
import { freePort } from './ports';
import { databaseUrl, type StackInfo } from './stack-info';

/** Grand Bend's number in the Ed-Fi sample, and the school year its sample data ends in. */
export const grandBend = {
  id: 'grand-bend',
  number: 255901,
  name: 'Grand Bend ISD',
  schoolYear: 2022,
  timezone: 'America/Chicago',
} as const;
const databases = {
  district: 'district_grand_bend',
  state: 'state_edition',
  control: 'resync_control',
} as const;

/** Where `resync up` writes the configuration of the stack in `dir`. */
const localConfigFile = (dir: string): string => join(dir, 'resync.config.yaml');

/** The URLs of the three databases: those given, else on the stack's servers. */
export function localDatabaseUrls(
  info: StackInfo,
  given: GivenServers = {},
): Record<'district' | 'state' | 'control', string> {
  return {
    district: given.districtUrl ?? databaseUrl(info.district, databases.district),
    state: given.stateUrl ?? databaseUrl(info.state, databases.state),
    control: given.controlUrl ?? databaseUrl(info.state, databases.control),
  };
}

/**
 * Writes `<dir>/resync.config.yaml` (readable by its owner only: it holds the stack's own random
 * password and the key its certifications are signed with). One that is there keeps everything but
 * the addresses of the stack's servers, and its comments; it is not touched if those agree.
 * @returns the file's path
 */
export async function writeLocalConfig(
  dir: string,
  info: StackInfo,
  given: GivenServers = {},
): Promise<string> {
  const file = localConfigFile(resolve(dir));
  const urls = localDatabaseUrls(info, given);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const document = parseDocument(before ?? heading);
  document.setIn(['stateDatabaseUrl'], urls.state);
  document.setIn(['controlDatabaseUrl'], urls.control);
  document.setIn(['temporal', 'address'], info.temporal.address);
  if (info.temporal.webUrl === null) document.deleteIn(['temporal', 'webUrl']);
  else document.setIn(['temporal', 'webUrl'], info.temporal.webUrl);
  if (!document.hasIn(['api', 'port'])) document.setIn(['api', 'port'], await freePort([8080]));
  if (!document.hasIn(['certification', 'privateKey']))
    document.setIn(['certification', 'privateKey'], newSigningKey());
  if (document.hasIn(['districts', 0])) document.setIn(['districts', 0, 'databaseUrl'], urls.district);
  else document.set('districts', document.createNode([{ ...grandBend, databaseUrl: urls.district }]));
  const after = document.toString({ lineWidth: 0 });
  if (after === before) return file;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, after, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}

const heading = `# Written by "resync up" for the local stack. What you change stays; addresses follow the servers.
temporal: {}
api: {}
`;
