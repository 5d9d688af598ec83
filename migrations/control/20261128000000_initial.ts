import type { Knex } from 'knex';
import { access } from '../control-schema/access';
import { alerts } from '../control-schema/alerts';
import { certifications } from '../control-schema/certifications';
import { districtActions } from '../control-schema/district-actions';
import { fingerprintOf, fingerprints } from '../control-schema/fingerprints';
import { fieldOwnership } from '../control-schema/field-ownership';
import { notices } from '../control-schema/notices';
import { registrations } from '../control-schema/registrations';
import { removals } from '../control-schema/removals';
import { retention } from '../control-schema/retention';
import { resyncs } from '../control-schema/resyncs';
import { schedules } from '../control-schema/schedules';
import { schoolYears } from '../control-schema/school-years';
import { selectiveSync } from '../control-schema/selective-sync';
import { stateRequests } from '../control-schema/state-requests';
import { verifications } from '../control-schema/verifications';

/**
 * In the order in which they run. Documents are texts with a check: MySQL's type JSON keeps the
 * members in an order of its own, in which they would then be shown.
 */
export const statements: readonly string[] = [
  ...fingerprints,
  ...resyncs,
  ...removals,
  ...selectiveSync,
  ...access,
  ...alerts,
  ...notices,
  ...schoolYears,
  ...stateRequests,
  ...schedules,
  ...verifications,
  ...fieldOwnership,
  ...certifications,
  ...districtActions,
  ...registrations,
  ...retention,
];

/**
 * The control database as of the first release, by area: 0.1.0 was never released, so its 19 steps
 * are one.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
  await knex('schemaFingerprint').insert({
    migration: '20261128000000_initial',
    fingerprint: fingerprintOf(statements),
  });
}

export async function down(knex: Knex): Promise<void> {
  const tables = statements.flatMap((sql) => /CREATE TABLE (\w+)/.exec(sql)?.[1] ?? []);
  for (const table of tables.reverse()) await knex.raw('DROP TABLE ??', [table]);
}
