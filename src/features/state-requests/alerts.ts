import { clip } from '../../control/columns';
import type { Knex } from 'knex';
import { schoolYearLabel } from '../../domain/school-year';
import { postAlert } from '../alerts/post';
import { alertCategories } from '../../domain/alert-categories';
import type { RequestDistrict } from './district-store';
import type { StoredStateRequest } from './store';

/** Tells the state's users what was asked of how many districts. Idempotent. */
export async function alertState(
  control: Knex,
  request: StoredStateRequest,
  districts: number,
): Promise<void> {
  await postAlert(control, {
    alertKey: `state-request:${request.stateRequestId}`,
    category: alertCategories.resync,
    name: 'State Resync Requested',
    text: stateText(request, districts),
    link: { kind: 'stateRequest', id: request.stateRequestId },
    districtId: null,
    right: 'resyncBatch',
  });
}

/** Tells a district's users that a resync is coming. Idempotent. */
export async function alertDistrict(
  control: Knex,
  request: StoredStateRequest,
  district: RequestDistrict,
): Promise<void> {
  await postAlert(control, {
    alertKey: `state-request:${request.stateRequestId}:${district.districtId}`,
    category: alertCategories.resync,
    name: 'State Resync Requested',
    text: districtText(request, district),
    districtId: district.districtId,
    right: 'resyncBatch',
    resyncId: district.resyncId,
    // The state's users have one of their own, not one per district.
    level: 'district',
  });
}

/** Of how a request ended. */
export function alertEndKey(stateRequestId: string): string {
  return `state-request-ended:${stateRequestId}`;
}

/** Tells the state's users how a request ended. Idempotent. */
export async function alertEnd(control: Knex, stateRequestId: string, message: string): Promise<void> {
  await postAlert(control, {
    alertKey: alertEndKey(stateRequestId),
    category: alertCategories.resync,
    name: 'State Resync Request Ended',
    text: clip(`Request ${stateRequestId} has ended. ${message}`),
    link: { kind: 'stateRequest', id: stateRequestId },
    districtId: null,
    right: 'resyncBatch',
  });
}

/**
 * What a district may know: that it will run, and when (specification: it can't see the objects
 * requested).
 */
function districtText(request: StoredStateRequest, { schoolYear }: RequestDistrict): string {
  return (
    `The state has requested a resync of your district’s data for school year ${schoolYearLabel(schoolYear)}. ` +
    `It starts by itself, not before ${request.windowFrom}; you don’t have to do anything, and only the state can stop it.`
  );
}

function stateText(request: StoredStateRequest, districts: number): string {
  const what = request.objects === 'all' ? 'all objects' : request.objects.join(', ');
  return clip(
    `A resync was requested of ${districts} district(s), to begin between ${request.windowFrom} and ` +
      `${request.windowUntil}. Reason: ${request.reason} Objects: ${what}.`,
  );
}
