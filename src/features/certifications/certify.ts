import type { Knex } from 'knex';
import type { DistrictConfig } from '../../config';
import { readSigningKey } from '../../config/signing-key';
import { ConflictError } from '../../control/control-error';
import { type Catalog, requireObject } from '../../domain/catalog';
import { checksumMethod, type Manifest, manifestFormat } from '../../domain/certification';
import { PlanError, planResync, planScopeOf } from '../../domain/plan';
import { isSharedTable } from '../../domain/shared-tables';
import { whyYearNotOffered } from '../../domain/school-year';
import { readOfferedYears } from '../scoped-year/read';
import { keepKey } from './key-store';
import { publicKeyOf, signManifest } from './signing';
import { type Certification, noteCertificationWaits, storeManifest } from './store';
import { type Measurement, mayWait, waitsForRun } from './wait';

/** What a certification needs beside its own row. */
export interface Certifier {
  readonly district: DistrictConfig;
  readonly catalog: Catalog;
  /** Other districts keep their records in the same tables of the state. */
  readonly sharesState: boolean;
  /** Of the configuration; absent: this worker can't sign. */
  readonly privateKey: string | undefined;
  readonly waitHours: number;
  /** Measures these objects in one snapshot; `null`: a run is under way. */
  readonly measure: (objects: readonly string[]) => Promise<Measurement | null>;
}

/**
 * Measures what the state holds, signs it and closes the request; notes that it waits while a run
 * is under way. Idempotent: what is certified stays.
 * @returns whether to look again
 * @throws ConflictError without a key, or when it has waited too long; PlanError
 */
export async function certify(
  control: Knex,
  head: Certification,
  { district, catalog, sharesState, privateKey, waitHours, measure }: Certifier,
): Promise<{ waits: boolean }> {
  if (head.status === 'certified') return { waits: false };
  if (privateKey === undefined)
    throw new ConflictError(
      'This worker has no key to sign with: "resync certify key" makes one for certification.privateKey in its configuration.',
    );
  const measured = await measure(await sentObjects(control, head, { district, catalog, sharesState }));
  if (measured === null) {
    mayWait(head.requestedAt, waitHours);
    await noteCertificationWaits(control, head.certificationId, waitsForRun);
    return { waits: true };
  }
  const manifest = manifestOf(head, { district, catalog }, measured);
  const key = readSigningKey(privateKey);
  const signed = await signManifest(key, manifest);
  await keepKey(control, { kid: signed.kid, publicKey: await publicKeyOf(key) });
  await storeManifest(control, { manifest, ...signed }, alertName(head, district));
  return { waits: false };
}

/** Everything a full resync of the year sends. */
async function sentObjects(
  control: Knex,
  { schoolYear }: Certification,
  { district, catalog, sharesState }: Pick<Certifier, 'district' | 'catalog' | 'sharesState'>,
): Promise<string[]> {
  const years = await readOfferedYears(control, district);
  const year = years.find((offered) => offered.schoolYear === schoolYear);
  if (!year) throw new PlanError(whyYearNotOffered(schoolYear, years), 'schoolYear');
  const request = { objects: 'all', checkDependencies: true } as const;
  // A signed count of a table that several districts share would be of nobody.
  return planResync(catalog, request, planScopeOf(district, year))
    .objects.map(({ name }) => name)
    .filter((name) => !isSharedTable(requireObject(catalog, name), { sharesState }));
}

function manifestOf(
  { certificationId, name, schoolYear, reportingDate, certifiedBy }: Certification,
  { district, catalog }: Pick<Certifier, 'district' | 'catalog'>,
  { measuredAt, newestResync, objects }: Measurement,
): Manifest {
  const counts = objects.flatMap((object) => object.counts);
  return {
    format: manifestFormat,
    checksum: checksumMethod,
    certificationId,
    name,
    district: { id: district.id, number: district.number, name: district.name },
    schoolYear,
    reportingDate,
    certifiedBy,
    measuredAt,
    newestResync,
    catalog: catalog.name,
    records: counts.reduce((sum, { records }) => sum + records, 0),
    objects,
  };
}

/** Whom the alert names as the certifier: the district, or its state where that is known. */
function alertName(
  { certifiedBy, name }: Certification,
  { name: districtName, state }: DistrictConfig,
): string {
  const theState = state === undefined ? 'The State' : `The State of ${state}`;
  const who = certifiedBy === 'district' ? districtName : theState;
  return `${who} published a Data Certification Event: ${name}`;
}
