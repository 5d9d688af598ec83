import { Random } from '../src/sample/generator/random';
import { type StartKind, startKinds } from './district/drift';
import { faultKinds } from './kinds';
import type { FaultKind } from './kinds/kind';
import { type Opening, openings } from './openings';

export interface PlannedFault {
  readonly kind: FaultKind;
  /** The share of the records that are through when it strikes. */
  readonly at: number;
  /** Its own numbers come from it. */
  readonly seed: string;
}

/** One run as its seed draws it. */
export interface Schedule {
  readonly seed: string;
  readonly start: StartKind;
  readonly opening: Opening;
  /** Each of its requests has what is gone at the district removed at the state. */
  readonly removals: boolean;
  readonly faults: readonly PlannedFault[];
}

const fewest = 9;
const highest = 15;

/** Names for `--only`. */
export const kindNames: readonly string[] = [...openings, ...faultKinds].map(({ name }) => name);

/**
 * Draws a run: the same seed gives the same faults in the same order, each with the same numbers.
 * Where exactly a fault hits the service is up to the machine.
 * @param only kinds to draw from; empty: all
 */
export function drawSchedule(seed: string, only: readonly string[] = []): Schedule {
  const random = new Random(`schedule/${seed}`);
  const start = random.pick(startKinds);
  const allowed = <T extends { readonly name: string }>(kinds: readonly T[]): readonly T[] =>
    only.length === 0 ? kinds : kinds.filter(({ name }) => only.includes(name));
  const opening = random.pick([...allowed(openings), openings[0]!]);
  const kinds = allowed(faultKinds);
  const drawn = new Map<FaultKind, number>();
  const faults: FaultKind[] = [];
  const wanted = kinds.length === 0 ? 0 : random.int(fewest, highest);
  while (faults.length < wanted) {
    const left = kinds.filter((kind) => only.length > 0 || (drawn.get(kind) ?? 0) < kind.most);
    const kind = pickByWeight(left, random);
    drawn.set(kind, (drawn.get(kind) ?? 0) + 1);
    faults.push(kind);
  }
  const moments = faults.map(() => 0.01 + random.next() * 0.9).sort((a, b) => a - b);
  return {
    seed,
    start,
    opening,
    // Of its own, so that older seeds draw the same faults.
    removals: new Random(`removals/${seed}`).chance(0.5),
    faults: faults.map((kind, index) => ({ kind, at: moments[index]!, seed: `${seed}/${index}` })),
  };
}

function pickByWeight(kinds: readonly FaultKind[], random: Random): FaultKind {
  let at = random.next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) if ((at -= kind.weight) < 0) return kind;
  return kinds.at(-1)!;
}
