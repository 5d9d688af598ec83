/** How a record of the state came to differ from the district's. */
import fc from 'fast-check';

/** One pick among the values of each column of a table, by place. */
export type Picks = readonly number[];

export type Drift =
  | { readonly kind: 'same' }
  /** The state has no such record. */
  | { readonly kind: 'absent' }
  /** Some columns hold other values: of a mask's bits one a column. */
  | { readonly kind: 'changed'; readonly columns: number; readonly to: Picks }
  /** The key is another one, often another spelling of the same. */
  | { readonly kind: 'rekeyed'; readonly to: Picks };

export function drifts(picks: fc.Arbitrary<Picks>): fc.Arbitrary<Drift> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<Drift>({ kind: 'same' }) },
    { weight: 3, arbitrary: fc.constant<Drift>({ kind: 'absent' }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('changed' as const), columns: fc.nat(0xffff), to: picks }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rekeyed' as const), to: picks }) },
  );
}

/** The picks of the state's record. @returns `null` when it has none */
export function drifted(own: Picks, drift: Drift, isKey: (column: number) => boolean): Picks | null {
  switch (drift.kind) {
    case 'absent':
      return null;
    case 'same':
      return own;
    case 'changed':
      return own.map((pick, at) => (!isKey(at) && (drift.columns >> at) % 2 === 1 ? drift.to[at]! : pick));
    case 'rekeyed':
      return own.map((pick, at) => (isKey(at) ? drift.to[at]! : pick));
  }
}
