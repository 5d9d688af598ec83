import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import type { VerificationRequest, VerificationStatus } from '../src/domain/verification';
import type { ResyncRequest, ResyncStatus } from '../src/domain/resync';

const district = defineSearchAttributeKey('ResyncDistrict', SearchAttributeType.KEYWORD);
const schoolYear = defineSearchAttributeKey('ResyncSchoolYear', SearchAttributeType.INT);
const initiator = defineSearchAttributeKey('ResyncInitiator', SearchAttributeType.KEYWORD);
const scenario = defineSearchAttributeKey('ResyncScenario', SearchAttributeType.KEYWORD);
export const statusAttribute = defineSearchAttributeKey('ResyncStatus', SearchAttributeType.KEYWORD);

/** What an operator can filter runs by in Temporal Web. */
export function searchAttributesOf(request: ResyncRequest, status: ResyncStatus): SearchAttributePair[] {
  return [
    { key: district, value: request.districtId },
    { key: schoolYear, value: request.schoolYear },
    { key: initiator, value: request.initiator },
    { key: scenario, value: request.scenario },
    { key: statusAttribute, value: status },
  ];
}

/** One line for Temporal Web's list (limit 400 bytes), e.g. "Full resync of grand-bend 2026-27, GO_LIVE". */
export function describeRequest(request: ResyncRequest): string {
  const year = `${request.schoolYear - 1}-${String(request.schoolYear % 100).padStart(2, '0')}`;
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
    { key: district, value: request.districtId },
    { key: schoolYear, value: request.schoolYear },
    { key: initiator, value: request.initiator },
    { key: statusAttribute, value: status },
  ];
}
