import type { RecurringRequest } from '../../../api/answers';
import { call } from '../../../api/call';
import { placeOf } from './request-words';

/** Whom to ask for what, as the page holds it. */
export interface Choice {
  readonly districts: 'all' | readonly string[];
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  /** Absent: all together. */
  readonly waves?: ChosenWaves | undefined;
  /** Write budget of all districts together; absent: none. */
  readonly recordsPerSecond?: number | undefined;
}

/** One wave of so many districts after the other. */
export interface ChosenWaves {
  /** Absent: all that no group names. */
  readonly size?: number | undefined;
  /** Districts that go first, wave by wave; the console keeps what the command line has said. */
  readonly groups?: readonly (readonly string[])[];
  readonly pauseMinutes: number;
  readonly stopAbovePercent: number;
}

export const nothingChosen: Choice = { districts: [], objects: 'all', checkDependencies: true };

/** Ids of the districts that fit a filter of the list of districts, e.g. `color=red`. */
export async function districtsLike(filter: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { items } = await call('/districts', { query: filter });
  return items.map(({ id }) => id);
}

/** The districts of an earlier request that are to be asked again, for the same. */
export async function choiceAgain(stateRequestId: string): Promise<Choice> {
  const board = await call(`/state-requests/${encodeURIComponent(stateRequestId)}`);
  const again = board.districts.filter((row) => ['red', 'failed', 'notRun'].includes(placeOf(row)));
  const { objects, checkDependencies } = board;
  return { objects, checkDependencies, districts: again.map(({ districtId }) => districtId) };
}

/** What a recurring request asks for. */
export function choiceOf({ request }: RecurringRequest): Choice {
  const { districts, objects, checkDependencies, waves, recordsPerSecond } = request;
  return {
    ...{ districts, objects, checkDependencies },
    waves: waves === null ? undefined : { ...waves, size: waves.size ?? undefined },
    recordsPerSecond: recordsPerSecond ?? undefined,
  };
}
