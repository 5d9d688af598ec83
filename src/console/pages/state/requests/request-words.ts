import type { Color } from '../../../../domain/outcome';
import type { RequestDistrictStatus, StateRequestStatus } from '../../../../domain/state-request';
import type { BoardDistrict, RequestHead } from '../../../api/answers';
import type { Glyph } from '../../../parts/status';

export const requestStatusNames: Record<StateRequestStatus, string> = {
  accepted: 'Accepted',
  running: 'Under way',
  finished: 'Finished',
  cancelled: 'Withdrawn',
  failed: 'Could not be carried on',
};

/** Where a district of a request stands: its status, and of one that has sent, how that went. */
export type Place = Exclude<RequestDistrictStatus, 'done'> | Exclude<Color, 'gray'>;

/** In the order of the filters; the last is what one looks for first. */
export const places: readonly Place[] = [
  ...(['waiting', 'queued', 'running'] as const),
  ...(['green', 'yellow', 'red', 'failed', 'notRun'] as const),
];

export const placeNames: Record<Place, string> = {
  waiting: 'Waiting',
  queued: 'Queued',
  running: 'Running',
  green: 'Green',
  yellow: 'Yellow',
  red: 'Red',
  failed: 'Failed',
  notRun: 'Not done',
};

export const placeGlyphs: Record<Place, Glyph> = {
  waiting: 'none',
  queued: 'waiting',
  running: 'gray',
  green: 'green',
  yellow: 'yellow',
  red: 'red',
  failed: 'failed',
  notRun: 'skipped',
};

/** One filter for status and color: done ones are told apart by how they went. */
export function placeOf({ status, color }: Pick<BoardDistrict, 'status' | 'color'>): Place {
  if (status !== 'done') return status;
  return color === null || color === 'gray' ? 'green' : color;
}

/** The shape of a whole request. */
export function requestGlyph({ status, counts }: RequestHead): Glyph {
  if (status === 'accepted' || status === 'running') return 'gray';
  if (status === 'cancelled') return 'skipped';
  return status === 'failed' || counts.failed > 0 ? 'failed' : 'green';
}
