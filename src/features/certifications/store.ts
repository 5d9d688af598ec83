import { alertCategories } from '../../domain/alert-categories';
import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import {
  type CertificationStatus,
  type Manifest,
  openCertificationStatuses,
} from '../../domain/certification';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { insertOnce } from '../../control/insert-once';
import { postAlert } from '../alerts/post';
import { schoolYearLabel } from '../../domain/school-year';

/** The Process column for certifications. */

/** A certification as it stands; times as ISO 8601. */
export interface Certification {
  readonly certificationId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  /** YYYY-MM-DD */
  readonly reportingDate: string;
  readonly name: string;
  readonly certifiedBy: 'district' | 'state';
  readonly requestedBy: string;
  readonly status: CertificationStatus;
  readonly message: string | null;
  /** Objects and records in the manifest; `null` before it is made. */
  readonly objects: number | null;
  readonly records: number | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** What is asked for. */
export type NewCertification = Pick<
  Certification,
  'certificationId' | 'districtId' | 'schoolYear' | 'reportingDate' | 'name' | 'certifiedBy' | 'requestedBy'
>;

interface CertificationRow {
  readonly certificationID: string;
  readonly districtID: string;
  readonly schoolYear: number;
  readonly reportingDate: string;
  readonly name: string;
  readonly certifiedBy: 'district' | 'state';
  readonly requestedBy: string;
  readonly requestHash: string;
  readonly status: CertificationStatus;
  readonly message: string | null;
  readonly objects: number | null;
  readonly records: number | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/**
 * Stores a request. The same idempotency key of the same requester gives the first one back.
 * @param asked the request as the caller wrote it: equal for two requests that ask the same
 * @throws ConflictError when the key was used for another request
 */
export async function insertCertification(
  control: Knex,
  {
    certification,
    asked,
    idempotencyKey,
    worded = false,
  }: {
    readonly certification: NewCertification;
    readonly asked: unknown;
    readonly idempotencyKey: string | null;
    /** By a person or a program: without a key the same words of a moment are one request. */
    readonly worded?: boolean;
  },
): Promise<{ readonly certificationId: string; readonly created: boolean }> {
  const { certificationId, districtId, ...fields } = certification;
  const stored = await insertOnce<CertificationRow>(control, {
    table: 'certification',
    columns: { ...fields, certificationID: certificationId, districtID: districtId, idempotencyKey },
    asked,
    ...(worded && { wordedBy: 'certificationID' }),
  });
  return { certificationId: stored?.certificationID ?? certificationId, created: stored === null };
}

/** @throws NotFoundError */
export async function loadCertification(control: Knex, certificationId: string): Promise<Certification> {
  const row = await control<CertificationRow>('certification')
    .where({ certificationID: certificationId })
    .first();
  if (!row) throw NotFoundError.of('certification');
  return toCertification(row);
}

/**
 * Certifications, newest first.
 * @param districts only of these; `null`: all
 * @throws CursorError
 */
export async function listCertifications(
  control: Knex,
  { districts, ...page }: TimePageFilter & { readonly districts: readonly string[] | null },
): Promise<Page<Certification>> {
  const query = control('certification').select();
  if (districts !== null) void query.whereIn('districtID', [...districts]);
  const columns = { at: 'requestedAt', id: 'certificationID' };
  const { items, ...rest } = await pageByTime<CertificationRow>(control, query, columns, page);
  return { items: items.map(toCertification), ...rest };
}

/** What it waits for, in words; one that has ended stays as it is. */
export async function noteCertificationWaits(
  control: Knex,
  certificationId: string,
  message: string,
): Promise<void> {
  await openCertification(control, certificationId).update({ status: 'waiting', message });
}

/** Nothing was certified, and why; one that has ended stays as it is. */
export async function failCertification(
  control: Knex,
  certificationId: string,
  message: string,
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const ended = await openCertification(transaction, certificationId).update({
      status: 'failed',
      message: clip(message),
      endedAt: now(transaction),
    });
    if (ended === 0) return;
    const { districtId, name, schoolYear } = await loadCertification(transaction, certificationId);
    await postAlert(transaction, {
      alertKey: `certification-failed:${certificationId}`,
      category: alertCategories.certification,
      name: 'Certification Failed',
      text: `“${name}” of ${districtId}, ${schoolYearLabel(schoolYear)}, was not certified. ${message}`,
      link: { kind: 'certification', id: certificationId },
      districtId,
      right: 'processAlerts',
    });
  });
}

function openCertification(control: Knex, certificationId: string) {
  return control('certification')
    .where({ certificationID: certificationId })
    .whereIn('status', openCertificationStatuses);
}

/**
 * Stores the signed manifest and closes the request, once: from here on the tables themselves
 * refuse every change. Posts the Process Alert of it.
 * @throws NotFoundError; ConflictError when it has failed meanwhile
 */
export async function storeManifest(
  control: Knex,
  { manifest, jws, kid }: { readonly manifest: Manifest; readonly jws: string; readonly kid: string },
  alertName: string,
): Promise<void> {
  const { certificationId, objects, records, district, name, schoolYear, reportingDate } = manifest;
  await inTransaction(control, async (transaction) => {
    const [row] = await selectRows<{ status: CertificationStatus }>(
      transaction,
      'SELECT status FROM certification WHERE certificationID = ? FOR UPDATE',
      [certificationId],
    );
    if (!row) throw NotFoundError.of('certification');
    if (row.status === 'certified') return;
    if (row.status === 'failed') throw new ConflictError('The certification has failed meanwhile.');
    await transaction('certificationManifest').insert({ certificationID: certificationId, kid, jws });
    await transaction('certification')
      .where({ certificationID: certificationId })
      .update({
        status: 'certified',
        message: null,
        objects: objects.length,
        records,
        endedAt: now(transaction),
      });
    await postAlert(transaction, {
      alertKey: `certification:${certificationId}`,
      category: alertCategories.certification,
      name: clip(alertName, 120),
      text: `“${name}”: what the state holds of ${district.name} for ${schoolYearLabel(schoolYear)} was certified for the reporting date ${reportingDate}: ${objects.length} objects, ${records} records. Open it to download what was signed, or to compare it with today.`,
      link: { kind: 'certification', id: certificationId },
      districtId: district.id,
      right: 'processAlerts',
    });
  });
}

/** The signed document as it is stored; `null`: nothing is certified yet. */
export async function readJws(control: Knex, certificationId: string): Promise<string | null> {
  const row = await control<{ certificationID: string; jws: string }>('certificationManifest')
    .where({ certificationID: certificationId })
    .first('jws');
  return row?.jws ?? null;
}

function toCertification(row: CertificationRow): Certification {
  const { certificationID, districtID, requestedAt, endedAt } = row;
  return {
    certificationId: certificationID,
    districtId: districtID,
    schoolYear: row.schoolYear,
    reportingDate: row.reportingDate,
    name: row.name,
    certifiedBy: row.certifiedBy,
    requestedBy: row.requestedBy,
    status: row.status,
    message: row.message,
    objects: row.objects,
    records: row.records,
    requestedAt: toIso(requestedAt),
    endedAt: toIso(endedAt),
  };
}
