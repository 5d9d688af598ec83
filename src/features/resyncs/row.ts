import type { Color } from '../../domain/outcome';
import { type AskedRow, fromAsked, toAsked } from './asked-columns';
import type { SelectedRecords, ResyncRequest, ResyncStatus, SelectionKind } from '../../domain/resync';

/** A row of the table resync. */
export interface ResyncRow extends AskedRow {
  resyncID: string;
  scenario: ResyncRequest['scenario'];
  mode: ResyncRequest['mode'];
  idempotencyKey: string | null;
  requestHash: string | null;
  status: ResyncStatus;
  statusSequence: number;
  color: Color;
  colorWithoutExclusions: Color | null;
  message: string | null;
  epoch: number | null;
  requestedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  heldUntil: string | null;
  removals: 'apply' | null;
  acceptShrunk: number | null;
  acceptUpdates: number | null;
  verify: 'beforeAndAfter' | null;
  selection: SelectionKind | null;
  retryOf: string | null;
  selected: string | null;
  catalogHash: string | null;
  otherCatalog: string | null;
  otherCatalogAt: string | null;
  regionResyncID: string | null;
  regionColor: Color | null;
  errorsRemovedAt: string | null;
}

/** The request of a row, as the workflows take it. */
export function toRequest(row: ResyncRow): ResyncRequest {
  return {
    resyncId: row.resyncID,
    ...toAsked(row),
    scenario: row.scenario,
    mode: row.mode,
    ...specialsOf(row),
  };
}

/**
 * What only some requests have. Absent in the others, so that their workflow's input is what it
 * always was.
 */
type Specials = Pick<
  ResyncRequest,
  'removals' | 'acceptShrunk' | 'acceptUpdates' | 'verify' | 'selection' | 'retryOf' | 'selected'
>;

function specialsOf({
  removals,
  acceptShrunk,
  acceptUpdates,
  verify,
  selection,
  retryOf,
  selected,
}: Pick<ResyncRow, keyof Specials>): Specials {
  return {
    ...(removals === 'apply' && { removals }),
    ...(acceptShrunk !== null && { acceptShrunk: true }),
    ...(acceptUpdates !== null && { acceptUpdates: true }),
    ...(verify !== null && { verify }),
    ...(selection !== null && { selection }),
    ...(retryOf !== null && { retryOf }),
    ...(selected !== null && { selected: JSON.parse(selected) as SelectedRecords }),
  };
}

/** A request as the columns it is stored in; status and times are not the request's. */
export function toColumns(request: ResyncRequest) {
  return {
    resyncID: request.resyncId,
    ...fromAsked(request),
    scenario: request.scenario,
    mode: request.mode,
    ...specialColumns(request),
  };
}

function specialColumns({
  removals,
  acceptShrunk,
  acceptUpdates,
  verify,
  selection,
  retryOf,
  selected,
}: ResyncRequest) {
  return {
    removals: removals === 'apply' ? removals : null,
    acceptShrunk: acceptShrunk === true ? 1 : null,
    acceptUpdates: acceptUpdates === true ? 1 : null,
    verify: verify ?? null,
    selection: selection ?? null,
    retryOf: retryOf ?? null,
    selected: selected === undefined ? null : JSON.stringify(selected),
  };
}

/** What was asked, without who asked and the id: equal for two requests that ask the same. */
export function askedOf(request: ResyncRequest): object {
  const { districtId, schoolYear, objects, checkDependencies, scenario, initiator, mode } = request;
  const specials = specialsOf(specialColumns(request));
  return { districtId, schoolYear, objects, checkDependencies, scenario, initiator, mode, ...specials };
}
