import type { DistrictSettings } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { newResyncId, requesterOf } from '../../http/idempotency';
import { Problem, unusable } from '../../http/problem';
import type { AnswerTo } from '../../http/route';
import { AccountError, type GivenDatabases, type StoredAccount, toStored } from './account';
import { CsvFileError, linesOf } from './csv';
import { closeImport, forgetImport, insertImport, type LineMode, readLines } from './import-store';
import { requireRoom } from './register';
import { registerBody, type registration } from './schemas';
import { registrationView } from './views';
import { executeImport, startImport as startWorkflow } from './workflow-client';

/** Who has some districts only adds and changes none. @throws Problem 403 */
export function requireWholeState({ districts }: Principal): void {
  if (districts !== null)
    throw new Problem(403, 'Only who has all districts of the state can register districts.');
}

/**
 * Registers or changes a district, once a worker has found that its database is one.
 * @throws Problem 409, 422 saying why not, 503; then nothing was changed
 */
export async function registerOne(
  context: ApiContext,
  {
    mode,
    settings,
    database,
    principal,
  }: {
    readonly mode: LineMode;
    readonly settings: DistrictSettings;
    readonly database: GivenDatabases | undefined;
    readonly principal: Principal;
  },
): Promise<AnswerTo<typeof registration>> {
  const { control, config, temporal } = context;
  const account = database === undefined ? null : sealed(context, database);
  await requireRoom({ control, config }, { mode, settings });
  const importId = newResyncId();
  const requestedBy = requesterOf(principal);
  const line = { line: 1, mode, settings, account };
  await insertImport(control, { importId, dryRun: false, requestedBy, lines: [line] });
  let failure: unknown = null;
  try {
    await executeImport(temporal, importId);
  } catch (error) {
    failure = error;
    // From here on no worker takes it up; one that just has is quicker, and its word counts.
    await closeImport(control, importId, 'Nobody has tested it in time.');
  }
  const [told] = await readLines(control, importId);
  await forgetImport(control, importId);
  await context.refreshDistricts();
  if (told === undefined || told.status === 'refused') {
    if (failure !== null) throw failure as Error;
    throw unusable(told?.message ?? 'It was refused.', {
      pointer: Array.isArray(database) ? '#/databases' : '#/database',
    });
  }
  return registrationView(context, settings.id);
}

/** @throws Problem 422 */
function sealed({ config }: ApiContext, database: GivenDatabases): StoredAccount {
  try {
    return toStored(database, config.registration);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    throw unusable(error.message, { pointer: Array.isArray(database) ? '#/databases' : '#/database/url' });
  }
}

/**
 * Stores the lines of a file and has them tried: stored first, so that what was accepted is never
 * lost.
 * @throws Problem 422 when it is no such file
 */
export async function startImport(
  { control, config, temporal }: ApiContext,
  {
    csv,
    dryRun,
    principal,
  }: { readonly csv: string; readonly dryRun: boolean; readonly principal: Principal },
): Promise<string> {
  const lines = readCsv(csv, config.registration);
  const importId = newResyncId();
  await insertImport(control, { importId, dryRun, requestedBy: requesterOf(principal), lines });
  await startWorkflow(temporal, importId);
  return importId;
}

function readCsv(csv: string, registration: ApiContext['config']['registration']) {
  try {
    const check = (body: object) => registerBody.safeParse(body) as never;
    return linesOf(csv, { check, registration });
  } catch (error) {
    if (!(error instanceof CsvFileError)) throw error;
    throw unusable(error.message, { pointer: '#/csv' });
  }
}
