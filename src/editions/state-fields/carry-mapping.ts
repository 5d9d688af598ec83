import type { Lossy } from '../columns/compared';
import { type ColumnPair, pairColumns } from '../columns/pair';
import { rowHash } from '../columns/row-hash';
import type { ObjectMapping } from '../mapping/types';

/** The state's own fields of an object, and how their values come down to the district. */
export interface CarryMapping {
  /**
   * The object's mapping with nothing but the state-owned fields compared, of all years, and no
   * rule in the way: what `comparePage` reads by.
   */
  readonly mapping: ObjectMapping;
  /**
   * From the state to the district: in a pair `district` and `fetch` are the state's side, `state`
   * the district's.
   */
  readonly pairs: readonly ColumnPair[];
  /** Values the district's column can't hold exactly, as conditions on the state's record. */
  readonly lossy: readonly Lossy[];
  /** Field the state gives each record; a record without one waits for it. */
  readonly assigned: string | null;
  /** Fields whose types can't be compared in this direction, each with the reason. */
  readonly left: readonly { readonly field: string; readonly why: string }[];
}

/**
 * Turns the pairs of the state-owned fields round: the same machinery, with the state as the side
 * that is read.
 */
export function carryMapping(mapping: ObjectMapping): CarryMapping {
  const { districtShape, stateShape, ownedPairs, object } = mapping;
  const { how } = mapping.hash;
  const pairs: ColumnPair[] = [];
  const left: { field: string; why: string }[] = [];
  for (const { name } of ownedPairs) {
    const target = districtShape.columns.get(name)!;
    const pair = target.generated
      ? 'the district’s database computes it'
      : pairColumns(stateShape.columns.get(name)!, target);
    if (typeof pair === 'string') left.push({ field: name, why: pair });
    else pairs.push(pair);
  }
  const { district, state } = how.casts;
  const up = rowHash(pairs, { ...how, casts: { district: state, state: district } });
  const assigned = pairs.some(({ name }) => name === object.stateAssigned) ? object.stateAssigned : null;
  return {
    mapping: {
      ...mapping,
      object: { ...object, schoolYear: null, only: null },
      pairs: ownedPairs,
      hash: { how, district: up.state, state: up.district },
      rules: [],
    },
    pairs,
    lossy: pairs.flatMap(({ lossy }) => lossy),
    assigned,
    left,
  };
}
