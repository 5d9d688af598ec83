/** Districts that are registered or changed: tested where their databases are reached from. */
import { Context } from '@temporalio/activity';
import type { YearDatabase } from '../src/config';
import { ConflictError, ControlError } from '../src/control/control-error';
import { districtProblems } from '../src/deployment';
import type { DatabaseProbe } from '../src/doctor/probe-database';
import { probeOurs, whyNoDistrict } from '../src/doctor/test-district';
import { AccountError, type Places } from '../src/features/registrations/account';
import {
  closeImport,
  type DistrictImport,
  loadImport,
  settleLine,
  type WaitingLine,
  waitingLines,
} from '../src/features/registrations/import-store';
import { carryOut, propose, RegistrationError } from '../src/features/registrations/register';
import { activity, shortActivity } from './activity';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import { eachOf } from './each-of';

interface Attempt {
  readonly found: DistrictImport;
  readonly line: WaitingLine;
  /** Databases that no district has. */
  readonly ours: readonly DatabaseProbe[];
}

interface ImportRef {
  readonly importId: string;
}

/** Activities of the districtImport workflow; each may be repeated. */
export function registrationActivities(dependencies: ActivityDependencies) {
  const { control } = dependencies;
  return {
    /** Tries each line that waits, a few at a time, and says what came of it. */
    settleImport: activity(async ({ signal }, { importId }: ImportRef): Promise<void> => {
      const found = await loadImport(control, importId);
      const ours = await probeOurs(dependencies.config);
      await eachOf(await waitingLines(control, importId), async (line) => {
        if (!signal.aborted) await tryLine(dependencies, { found, line, ours });
      });
      signal.throwIfAborted();
      await closeImport(control, importId, null);
    }),

    /** It was given up; why is for people to read. */
    failImport: shortActivity(
      ({ importId, message }: ImportRef & { readonly message: string }): Promise<void> =>
        closeImport(control, importId, message),
    ),
  };
}

/** One line keeps no other back, whatever becomes of it. */
async function tryLine(dependencies: ActivityDependencies, attempt: Attempt): Promise<void> {
  const { found, line } = attempt;
  const { control } = dependencies;
  const { importId } = found;
  const refuse = (message: string): Promise<boolean> =>
    settleLine(control, { importId, line: line.line, status: 'refused', message });
  try {
    const { places, status } = await propose(dependencies, line);
    const why = status === 'unchanged' ? null : await whyUnfit(dependencies, attempt, places);
    if (why === null) await carryOut(dependencies, { of: found, line, tested: places });
    else await refuse(why);
  } catch (error) {
    if (error instanceof ControlError && error.retryable) throw error;
    await refuse(whyRefused(error));
  }
}

async function whyUnfit(
  dependencies: ActivityDependencies,
  { line: { settings }, ours }: Attempt,
  places: Places,
): Promise<string | null> {
  const { catalog } = dependencies;
  const problems = districtProblems(settings, catalog);
  if (problems.length > 0) return problems.join(' ');
  const own = await catalogOf(dependencies, settings.id);
  const databases: readonly YearDatabase[] = places.databases ?? [places];
  for (const { databaseUrl, schoolYears } of databases) {
    const why = await whyNoDistrict(databaseUrl, { ours, catalog: own, districtId: settings.id });
    if (why === null) continue;
    return places.databases === undefined
      ? why
      : `The database of ${schoolYears?.join(', ') ?? 'the other school years'}: ${why}`;
  }
  return null;
}

function whyRefused(error: unknown): string {
  const ours = [RegistrationError, AccountError, ConflictError].some((kind) => error instanceof kind);
  if (ours) return (error as Error).message;
  // By class only: a message of the driver may quote a login.
  const name = error instanceof Error ? error.name : 'unknown';
  Context.current().log.error('Unexpected error in the registration of a district', { name });
  return `An unexpected ${name}; the worker’s log has it.`;
}
