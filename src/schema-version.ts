/** Whether the control database has the schema of this build, and what to do when it hasn't. */
import type { Knex } from 'knex';
import { fingerprintOf } from '../migrations/control-schema/fingerprints';
import { ControlError } from './control/control-error';
import { selectRows } from './control/database';
import { migrationsOf } from './migrate';

/**
 * `behind`: migrations of this build have not run. `ahead`: some have that this build doesn't know.
 * `other`: an unreleased build made it, whose migrations had the same names.
 */
export type SchemaState = 'current' | 'behind' | 'ahead' | 'other';

/** What was found of the schema. */
export interface SchemaFinding {
  readonly state: SchemaState;
  /** The newest migration that has run; `null`: none has. */
  readonly newest: string | null;
  /** What is wrong, and what to do: each a sentence; `null`: nothing. */
  readonly problem: { readonly what: string; readonly todo: string } | null;
}

/** A server that is away must not hold a start up for longer. */
const answerMs = 3_000;

/** A service whose control database isn't that of its build doesn't start. */
export class ControlVersionError extends Error {
  override readonly name = 'ControlVersionError';
}

/** Compares what has run there with what this build has. @throws ControlError */
export async function readControlVersion(control: Knex): Promise<SchemaFinding> {
  const source = migrationsOf('control');
  const files = await source.getMigrations();
  const known = files.map((file) => source.getMigrationName(file));
  const ran = await migrationsIn(control);
  const newest = ran.at(-1) ?? null;
  const lacking = known.filter((name) => !ran.includes(name));
  const unknown = ran.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    return {
      state: 'ahead',
      newest,
      problem: {
        what: `The control database has the schema of a newer version (${unknown.join(', ')})`,
        todo: 'Start that version, or restore a backup of before it.',
      },
    };
  if (lacking.length > 0)
    return {
      state: 'behind',
      newest,
      problem: {
        what: `The control database lacks ${newest === null ? 'its tables' : `changes of this version (${lacking.join(', ')})`}`,
        todo: 'Run "resync setup" with this version, then start it again.',
      },
    };
  const made = await fingerprintsIn(control);
  for (const file of files) {
    const { statements } = (await source.getMigration(file)) as { readonly statements?: readonly string[] };
    const name = source.getMigrationName(file);
    if (statements === undefined || made.get(name) === fingerprintOf(statements)) continue;
    return {
      state: 'other',
      newest,
      problem: {
        what: 'The control database was made by an unreleased build with another schema',
        todo: 'Drop it, which forgets its runs and tokens, then run "resync setup"; of a local stack: "resync down", then delete its folder.',
      },
    };
  }
  return { state: 'current', newest, problem: null };
}

/**
 * Refuses a control database that isn't this build's. One that doesn't answer is let pass: it may
 * come later, and what needs it says so.
 * @throws ControlVersionError
 */
export async function requireControlVersion(control: Knex): Promise<void> {
  const found = await inTime(readControlVersion(control));
  if (found?.problem) throw new ControlVersionError(`${found.problem.what}. ${found.problem.todo}`);
}

async function inTime(asked: Promise<SchemaFinding>): Promise<SchemaFinding | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerMs);
  });
  const answer = asked.catch((error: unknown) => {
    if (error instanceof ControlError) return null;
    throw error;
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Names of the migrations that have run, the oldest first; none where there are no tables yet. */
async function migrationsIn(control: Knex): Promise<string[]> {
  const rows = await orNone(() =>
    selectRows<{ name: string }>(control, 'SELECT name FROM knex_migrations ORDER BY id'),
  );
  return rows.map(({ name }) => name);
}

async function fingerprintsIn(control: Knex): Promise<Map<string, string>> {
  const rows = await orNone(() =>
    selectRows<{ migration: string; fingerprint: string }>(control, 'SELECT * FROM schemaFingerprint'),
  );
  return new Map(rows.map(({ migration, fingerprint }) => [migration, fingerprint]));
}

const noSuchTable = 1146;
const noSuchDatabase = 1049;

async function orNone<Row>(read: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ControlError && (error.errno === noSuchTable || error.errno === noSuchDatabase))
      return [];
    throw error;
  }
}
