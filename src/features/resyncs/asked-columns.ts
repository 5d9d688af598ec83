import type { ResyncRequest } from '../../domain/resync';

/** What every request for a district's objects asks, a resync's and a verification's alike. */
type Asked = Pick<
  ResyncRequest,
  'districtId' | 'schoolYear' | 'objects' | 'checkDependencies' | 'initiator' | 'requestedBy'
>;

/** The columns of it. */
export interface AskedRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly objects: string;
  readonly checkDependencies: number;
  readonly initiator: ResyncRequest['initiator'];
  readonly requestedBy: string;
}

export function toAsked(row: AskedRow): Asked {
  return {
    districtId: row.districtID,
    schoolYear: row.schoolYear,
    objects: JSON.parse(row.objects) as Asked['objects'],
    checkDependencies: row.checkDependencies !== 0,
    initiator: row.initiator,
    requestedBy: row.requestedBy,
  };
}

export function fromAsked(asked: Asked) {
  return {
    districtID: asked.districtId,
    schoolYear: asked.schoolYear,
    objects: JSON.stringify(asked.objects),
    checkDependencies: asked.checkDependencies,
    initiator: asked.initiator,
    requestedBy: asked.requestedBy,
  };
}
