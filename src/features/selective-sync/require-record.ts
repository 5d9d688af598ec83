import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import { findObject } from '../../domain/catalog';
import { planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import type { OfferedYear } from '../../domain/school-year';
import type { RecordKey } from '../../domain/record-error';
import { unsentBelow } from '../../domain/selection';
import type { ApiContext } from '../../http/context';
import { newResyncId, requesterOf } from '../../http/idempotency';
import { Problem, unusable } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { sentObjects, whyNotSent } from '../resyncs/sent-objects';
import { requireOfferedYear } from '../scoped-year/require';
import { forgetPreview, insertQuestion, type PreviewRequest, readPreview } from './preview-store';
import type { findRequest, foundRecord, selectiveAccepted, selectiveRequest } from './schemas';
import { findRecord } from './workflow-client';

/** What is looked for, and where. */
interface Looked {
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
}

/** What a selective sync leaves out. */
type Omitted = z.output<typeof selectiveAccepted>['omitted'];

/** A record that the district has and may send. */
export interface KnownRecord extends Looked {
  readonly omitted: Omitted;
}

/**
 * The record is one the district sends, and has. @throws Problem 404, 422 naming the field, 409,
 * 503
 */
export async function requireRecord(
  context: ApiContext,
  principal: Principal,
  id: string,
  { object, key, schoolYear }: z.output<typeof selectiveRequest>,
): Promise<KnownRecord> {
  const { district, year } = await requireSent(context, principal, id, { object, schoolYear });
  const { found } = await look(context, principal, {
    ...{ districtId: district.id, schoolYear: year.schoolYear, object, key },
  });
  if (!found) throw unusable(notThere(context, year, object), { pointer: '#/key' });
  return { district, year, omitted: omittedOf(context, district, year, object) };
}

/**
 * The key of the record that has a GUID at the district. @throws Problem 404, 422 naming the field,
 * 409, 503
 */
export async function keyByGuid(
  context: ApiContext,
  principal: Principal,
  id: string,
  { object, guid, schoolYear }: z.output<typeof findRequest>,
): Promise<z.output<typeof foundRecord>> {
  const { district, year } = await requireSent(context, principal, id, { object, schoolYear });
  const { found, key } = await look(context, principal, {
    ...{ districtId: district.id, schoolYear: year.schoolYear, object, key: [], guid },
  });
  return { object, schoolYear: year.schoolYear, key: found ? [...key] : null };
}

/** The district sends the object. @throws Problem 404, 422 */
async function requireSent(
  context: ApiContext,
  principal: Principal,
  id: string,
  { object, schoolYear }: { readonly object: string; readonly schoolYear: number | undefined },
): Promise<Looked> {
  const { catalog, config } = context;
  const district = requireDistrict(config, principal, id);
  const year = await requireOfferedYear(context, district, schoolYear, { pointer: '#/schoolYear' });
  const scope = planScopeOf(district, year);
  const sent = sentObjects(catalog, scope);
  if (!sent.includes(object)) {
    const why = findObject(catalog, object)
      ? `This district doesn’t send ${object}: ${whyNotSent(catalog, object, scope)}.`
      : `There is no object "${object}" in the catalog.`;
    throw unusable(why, { pointer: '#/object' });
  }
  return { district, year };
}

/**
 * The question stands in the control database for as long as it takes. @returns its key too, as it
 * was asked for or found. @throws Problem 409, 503
 */
async function look(
  { control, temporal }: ApiContext,
  principal: Principal,
  asked: Pick<PreviewRequest, 'districtId' | 'schoolYear' | 'object' | 'key' | 'guid'>,
): Promise<{ readonly found: boolean; readonly key: RecordKey }> {
  const questionId = newResyncId();
  const { level } = principal;
  await insertQuestion(control, {
    ...asked,
    ...{ previewId: questionId, level, requestedBy: requesterOf(principal) },
  });
  try {
    const { districtId, object } = asked;
    const { found, problem } = await findRecord(temporal, { questionId, districtId, object });
    if (problem !== null) throw new Problem(409, problem);
    return { found, key: (await readPreview(control, questionId)).key };
  } finally {
    await forgetPreview(control, questionId);
  }
}

function notThere({ catalog }: ApiContext, { schoolYear }: OfferedYear, name: string): string {
  const object = findObject(catalog, name)!;
  const year = object.schoolYear === null ? '' : ` in the school year ${schoolYear}`;
  return `The district has no ${object.label} of this key (${object.key.join(', ')})${year}.`;
}

function omittedOf(
  { catalog }: ApiContext,
  district: DistrictConfig,
  year: OfferedYear,
  root: string,
): Omitted {
  const scope = planScopeOf(district, year);
  const sent = new Set(sentObjects(catalog, scope));
  return unsentBelow(catalog, sent, root).map((object) => ({
    object,
    why: whyNotSent(catalog, object, scope),
  }));
}
