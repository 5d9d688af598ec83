import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { parseConfig } from '../../../src/config';
import type { MeasuredObject } from '../../../src/domain/certification';
import type { Certifier } from '../../../src/features/certifications/certify';
import { newSigningKey } from '../../../src/config/signing-key';
import {
  type Certification,
  insertCertification,
  loadCertification,
} from '../../../src/features/certifications/store';
import type { Measurement } from '../../../src/features/certifications/wait';
import { object } from '../../support/api-world';
import { controlDatabase, district as districtId, schoolYear } from '../../support/control-database';

/** What the state holds of an object: so many records of each school. */
export function measured(name: string, schools: Readonly<Record<string, number>>): MeasuredObject {
  return {
    object: name,
    table: name,
    columns: [{ name: 'id', type: 'int(11)' }],
    schoolPath: [],
    counts: Object.entries(schools).map(([school, records]) => ({
      school,
      schoolYear,
      records,
      checksum: String(records).repeat(64).slice(0, 64),
    })),
  };
}

export const at = (objects: readonly MeasuredObject[]): Measurement => ({
  measuredAt: '2026-10-02T00:00:00.000Z',
  newestResync: null,
  objects,
});

/** A control database with a certification that was asked for, and who may certify it. */
export async function requested(): Promise<{
  readonly control: Knex;
  readonly head: () => Promise<Certification>;
  readonly certifier: (measure: Certifier['measure'], over?: Partial<Certifier>) => Certifier;
  readonly close: () => Promise<void>;
}> {
  const { control, url, close } = await controlDatabase();
  const [district] = parseConfig(
    {
      stateDatabaseUrl: url,
      controlDatabaseUrl: url,
      districts: [{ id: districtId, number: 1, name: 'Grand Bend', schoolYear, databaseUrl: url }],
    },
    { env: {} },
  ).districts;
  const certificationId = randomUUID();
  await insertCertification(control, {
    certification: {
      certificationId,
      districtId,
      schoolYear,
      reportingDate: '2026-10-01',
      name: 'Fall membership count',
      certifiedBy: 'state',
      requestedBy: 'tester',
    },
    asked: {},
    idempotencyKey: null,
  });
  const privateKey = newSigningKey();
  const catalog = { name: 'two', objects: [object('School'), object('Person', { parents: ['School'] })] };
  return {
    control,
    head: () => loadCertification(control, certificationId),
    certifier: (measure, over = {}) => ({
      district: district!,
      catalog,
      sharesState: false,
      privateKey,
      waitHours: 24,
      measure,
      ...over,
    }),
    close,
  };
}
