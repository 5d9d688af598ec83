import type { SearchAttributePair } from '@temporalio/common';
import type { VerificationRequest, VerificationStatus } from '../src/domain/verification';
import type { ResyncRequest, ResyncStatus } from '../src/domain/resync';
import { attributeKeys } from '../src/domain/search-attributes';
import { schoolYearLabel } from '../src/domain/school-year';

/** What an operator can filter runs by in Temporal Web. */
export function searchAttributesOf(request: ResyncRequest, status: ResyncStatus): SearchAttributePair[] {
  return [
    { key: attributeKeys.district, value: request.districtId },
    { key: attributeKeys.schoolYear, value: request.schoolYear },
    { key: attributeKeys.initiator, value: request.initiator },
    { key: attributeKeys.scenario, value: request.scenario },
    { key: attributeKeys.status, value: status },
  ];
}

/**
 * One line for Temporal Web's list (limit 400 bytes), e.g. "Full resync of grand-bend 2026-27,
 * GO_LIVE".
 */
export function describeRequest(request: ResyncRequest): string {
  const year = schoolYearLabel(request.schoolYear);
  return `${whatOf(request)} of ${request.districtId} ${year}, ${request.scenario}`;
}

function whatOf({ objects, retryOf, selection }: ResyncRequest): string {
  if (retryOf !== undefined) return `Retry of the errors of ${retryOf}`;
  if (selection === 'selective') return `Selective sync of one ${objects[0]}`;
  return objects === 'all' ? 'Full resync' : `Resync of ${objects.length} object(s)`;
}

/** What an operator can filter verifications by. */
export function attributesOfVerification(
  request: VerificationRequest,
  status: VerificationStatus,
): SearchAttributePair[] {
  return [
    { key: attributeKeys.district, value: request.districtId },
    { key: attributeKeys.schoolYear, value: request.schoolYear },
    { key: attributeKeys.initiator, value: request.initiator },
    { key: attributeKeys.status, value: status },
  ];
}
