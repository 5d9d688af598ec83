/** Records of the district and what the state has of them, by picks among a column's values. */
import fc from 'fast-check';
import { type Drift, drifts, type Picks } from './drift';
import { schemas, type SchemaDraw } from './draw-schema';
import type { TypePools } from './value-types';

export interface RecordsDraw {
  readonly district: readonly { readonly picks: Picks; readonly drift: Drift }[];
  /** Records of the same district that only the state has. */
  readonly extra: readonly Picks[];
  /** Records of another district at the state. */
  readonly others: readonly Picks[];
  /** The state's unique values are those of the district's records so many places on. */
  readonly uniqueShift: number;
}

export interface Draw {
  readonly schema: SchemaDraw;
  /** By table, in the order of the schema's. */
  readonly records: readonly RecordsDraw[];
  readonly pageRecords: number;
  readonly rangeRecords: number;
  readonly mode: 'compare' | 'everything';
  /** What is extra at the state is removed at the end. */
  readonly removals: boolean;
  /** A run before this one was killed before it verified its circles. */
  readonly killedBefore: boolean;
}

const mostColumns = 16;
const picks: fc.Arbitrary<Picks> = fc.array(fc.nat(40), { minLength: mostColumns, maxLength: mostColumns });

const records: fc.Arbitrary<RecordsDraw> = fc.record({
  district: fc.array(fc.record({ picks, drift: drifts(picks) }), { maxLength: 10 }),
  extra: fc.array(picks, { maxLength: 3 }),
  others: fc.array(picks, { maxLength: 3 }),
  uniqueShift: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) }),
});

const seldom = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

/** Everything one run of the model is about. */
export function draws(pools: TypePools): fc.Arbitrary<Draw> {
  return fc.record({
    schema: schemas(pools),
    records: fc.array(records, { minLength: 3, maxLength: 3 }),
    pageRecords: fc.integer({ min: 1, max: 6 }),
    rangeRecords: fc.integer({ min: 2, max: 14 }),
    mode: fc.oneof(
      { weight: 9, arbitrary: fc.constant<Draw['mode']>('compare') },
      { weight: 1, arbitrary: fc.constant<Draw['mode']>('everything') },
    ),
    removals: seldom(2),
    killedBefore: seldom(5),
  });
}
