/** One wave of districts after the other: who is in which, and whether the next may begin. */

/** How a request goes through its districts. */
export interface Waves {
  /** Districts of a wave that no group names; `null`: all that are left together. */
  readonly size: number | null;
  /** Waves that go first, by their districts. */
  readonly groups: readonly (readonly string[])[];
  /** Between the end of a wave and the beginning of the next. */
  readonly pauseMinutes: number;
  /** No further district is asked once more of a wave than this has failed or ended red. */
  readonly stopAbovePercent: number;
}

/** The wave of each district, from 1, without gaps; the ids as they are to be asked. */
export function waveNumbers(districtIds: readonly string[], { size, groups }: Waves): Map<string, number> {
  const asked = new Set(districtIds);
  const named = new Set(groups.flat());
  const rest = districtIds.filter((id) => !named.has(id));
  const most = size ?? Math.max(rest.length, 1);
  const chunks = Array.from({ length: Math.ceil(rest.length / most) }, (_, at) =>
    rest.slice(at * most, (at + 1) * most),
  );
  const waves = [...groups.map((group) => group.filter((id) => asked.has(id))), ...chunks];
  return new Map(
    waves.filter((ids) => ids.length > 0).flatMap((ids, at) => ids.map((id) => [id, at + 1] as const)),
  );
}

/** How a wave stands. */
export interface WaveStanding {
  readonly wave: number;
  readonly districts: number;
  readonly waiting: number;
  readonly underWay: number;
  /** Ended well: green or yellow. */
  readonly done: number;
  /** Failed, or ended red. */
  readonly failed: number;
  /** When the last of it ended, in milliseconds; `null`: none has. */
  readonly endedAt: number | null;
}

/** What may be asked now. */
export interface WaveTurn {
  /** Districts of this wave; `null`: none, or it has to wait. */
  readonly wave: number | null;
  /** When the next wave begins, in milliseconds; `null`: none waits for its time. */
  readonly beginsAt: number | null;
  /** Why no further wave begins; `null`: they do. */
  readonly stopped: string | null;
}

/** @param standings all waves, the first first */
export function turnOf(
  standings: readonly WaveStanding[],
  { pauseMinutes, stopAbovePercent }: Waves,
  now: number,
): WaveTurn {
  const none = { wave: null, beginsAt: null, stopped: null };
  const bad = standings.find(({ failed, districts }) => failed * 100 > stopAbovePercent * districts);
  // Where nobody waits there is nothing to stop.
  if (bad && standings.some(({ waiting }) => waiting > 0)) {
    const { wave, failed, districts } = bad;
    const stopped = `Stopped in wave ${wave}: ${failed} of its ${districts} districts failed or ended red, more than ${stopAbovePercent} %.`;
    return { ...none, stopped };
  }
  const at = standings.findIndex(({ waiting, underWay }) => waiting + underWay > 0);
  const current = standings[at];
  if (!current) return none;
  const before = standings.slice(0, at).flatMap(({ endedAt }) => endedAt ?? []);
  const begun = current.underWay + current.done + current.failed > 0;
  const beginsAt = Math.max(0, ...before) + pauseMinutes * 60_000;
  if (begun || before.length === 0 || beginsAt <= now) return { ...none, wave: current.wave };
  return { ...none, beginsAt };
}
