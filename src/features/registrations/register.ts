/** Adding and changing one district, as a line of an import says. */
import type { Knex } from 'knex';
import { isDeepStrictEqual } from 'node:util';
import {
  type Config,
  databasesProblems,
  type DistrictConfig,
  districtSettings,
  type DistrictSettings,
} from '../../config';
import { ConflictError } from '../../control/control-error';
import { AccountError, type Places, placesOf, type StoredAccount } from './account';
import { type DistrictImport, type LineStatus, settleLine, type WaitingLine } from './import-store';
import { changeRegistry, findRegistered, findSameKey, putRegistered, requireIdle } from './store';

/** Why a line can't be carried out, in a sentence for people. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}

/** What a line would make of a district. */
export interface Proposal {
  readonly settings: DistrictSettings;
  readonly account: StoredAccount;
  readonly places: Places;
  readonly status: Exclude<LineStatus, 'waiting' | 'refused'>;
}

interface Place {
  readonly control: Knex;
  readonly config: Config;
}

/** The configuration's own, whatever was registered beside and instead of them. */
const configuredIn = ({ configuredDistricts, districts }: Config): readonly DistrictConfig[] =>
  configuredDistricts ?? districts;

/**
 * What a line would come to, before its database is looked at.
 * @throws RegistrationError, AccountError
 */
export async function propose(
  { control, config }: Place,
  { settings, account: given }: WaitingLine,
): Promise<Proposal> {
  const { id } = settings;
  const ofFile = configuredIn(config).find((district) => district.id === id);
  const registered = await findRegistered(control, id);
  const isThere = registered === null ? ofFile !== undefined : registered.retiredAt === null;
  if (given === null && registered === null && ofFile === undefined)
    throw new RegistrationError('database: say where its database is.');
  const former: StoredAccount = registered?.account ?? { kind: 'configuration', text: null };
  const account = given ?? former;
  const { schoolYear } = settings;
  const placesIn = (stored: StoredAccount): Places =>
    placesOf(stored, config.registration, { schoolYear, configured: ofFile });
  const places = placesIn(account);
  const [gap] = databasesProblems(settings, places.databases ?? [{}]);
  if (gap !== undefined) throw new RegistrationError(`${gap.path.join('.')}: ${gap.message}.`);
  const same =
    isThere &&
    isDeepStrictEqual(settings, registered?.settings ?? settingsOf(ofFile!, config.timezone)) &&
    (given === null || (given.kind === former.kind && isDeepStrictEqual(leadsTo(former, placesIn), places)));
  return { settings, account, places, status: same ? 'unchanged' : isThere ? 'changed' : 'registered' };
}

/**
 * Whether a district can be put in, or changed so, beside all others.
 * @throws ConflictError saying what is in the way
 */
export async function requireRoom(
  { control, config }: Place,
  { mode, settings }: Pick<WaitingLine, 'mode' | 'settings'>,
): Promise<void> {
  const { id } = settings;
  const named = configuredIn(config).some((district) => district.id === id);
  const registered = await findRegistered(control, id);
  const isThere = registered === null ? named : registered.retiredAt === null;
  if (mode === 'register' && isThere)
    throw new ConflictError(`There is a district "${id}" already: change it instead.`);
  if (mode === 'change' && !isThere) throw new ConflictError(`There is no district "${id}": register it.`);
  await requireOwnKeys(control, config, settings);
  await requireNothingSentAsOther({ control, config }, settings);
}

/** Nowhere, where it can't be opened any more: then any account is another. */
function leadsTo(account: StoredAccount, placesIn: (stored: StoredAccount) => Places): Places | null {
  try {
    return placesIn(account);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    return null;
  }
}

/** @throws ConflictError naming the district that has the number or code already */
async function requireOwnKeys(control: Knex, config: Config, settings: DistrictSettings): Promise<void> {
  const { id, number, code } = settings;
  const named = configuredIn(config).find(
    (district) =>
      district.id !== id &&
      (district.number === number ||
        (code !== undefined && district.code?.toLowerCase() === code.toLowerCase())),
  );
  const stored = await findSameKey(control, settings);
  const other = stored ?? (named && { id: named.id, field: named.number === number ? 'number' : 'code' });
  if (!other) return;
  const retired = stored?.retired === true ? ', which was retired and whose records are at the state' : '';
  throw new ConflictError(
    `The ${other.field} ${other.field === 'number' ? number : `"${code}"`} is that of the district "${other.id}"${retired}.`,
  );
}

/**
 * Carries a line out, or only says what would come of it: the district and the line in one
 * transaction, so that a repetition does nothing twice.
 * @param tested what was found to be databases of a district
 * @throws RegistrationError, AccountError, ConflictError; then nothing was changed
 */
export async function carryOut(
  { control, config }: Place,
  {
    of: { importId, dryRun, requestedBy },
    line,
    tested,
  }: {
    readonly of: Pick<DistrictImport, 'importId' | 'dryRun' | 'requestedBy'>;
    readonly line: WaitingLine;
    readonly tested: Places;
  },
): Promise<void> {
  const settle = async (transaction: Knex): Promise<Proposal | null> => {
    const proposal = await propose({ control: transaction, config }, line);
    if (!isDeepStrictEqual(proposal.places, tested))
      throw new RegistrationError('Its database was changed by somebody else at the same time.');
    await requireRoom({ control: transaction, config }, line);
    const { status } = proposal;
    const settled = { importId, line: line.line, status, message: null };
    return (await settleLine(transaction, settled)) ? proposal : null;
  };
  if (dryRun) return void (await settle(control));
  await changeRegistry(control, async (transaction) => {
    const proposal = await settle(transaction);
    if (proposal === null || proposal.status === 'unchanged') return;
    const { settings, account } = proposal;
    await putRegistered(transaction, { settings, account, changedBy: requestedBy });
  });
}

/** While something runs, its records go under one number and code. */
async function requireNothingSentAsOther(
  { control, config }: Place,
  { id, number, code }: DistrictSettings,
): Promise<void> {
  const named = configuredIn(config).find((district) => district.id === id);
  const before = (await findRegistered(control, id))?.settings ?? named;
  if (before !== undefined && (before.number !== number || before.code !== code))
    await requireIdle(control, id, 'change its number or code');
}

/**
 * Retires a district: nothing is sent of it any more, what was sent stays. One of the configuration
 * is kept out from now on.
 * @throws ConflictError while something of it is under way
 */
export function retire(
  { control, config }: Place,
  { district, changedBy }: { readonly district: DistrictConfig; readonly changedBy: string },
): Promise<void> {
  return changeRegistry(control, async (transaction) => {
    const { id } = district;
    await requireIdle(transaction, id, 'retire it');
    const registered = await findRegistered(transaction, id);
    if (registered !== null && registered.retiredAt !== null)
      throw new ConflictError(`The district "${id}" was retired before.`);
    const settings = registered?.settings ?? settingsOf(district, config.timezone);
    const account = registered?.account ?? { kind: 'configuration', text: null };
    await putRegistered(transaction, { settings, account, changedBy, retired: true });
  });
}

/**
 * What a district of the configuration says itself, but for its database and its region, which have
 * logins and a token: they stay there.
 */
export function settingsOf(district: DistrictConfig, ofState: string | undefined): DistrictSettings {
  const said = Object.entries(district).filter(([name]) => name in districtSettings.shape);
  const { timezone, ...settings } = Object.fromEntries(said) as DistrictSettings;
  return timezone === undefined || timezone === ofState ? settings : { ...settings, timezone };
}
