import type { OneTable } from './judge';

/** What a request did about records that only the state has. */
export interface Removals {
  /** Keys that its books call removed. */
  readonly removed: ReadonlySet<string>;
  /** It was asked to. */
  readonly asked: boolean;
  /** Nothing was in the way: all that may go has to be gone. */
  readonly due: boolean;
}

/** What is gone is what the district lacks, was asked for, and is in the books. */
export function judgeRemoved({
  table,
  expected,
  findings,
  before,
  after,
  written,
  removals: { removed, asked, due },
}: OneTable): void {
  const extra = expected.extra.get(table.name)!;
  // An object that has one of these is left alone: what it lacks may be there under another key.
  const whole = [...expected.outcomes.get(table.name)!.values()].every(
    (outcome) => outcome !== 'failed' && outcome !== 'blocked',
  );
  const mayGo = (key: string): boolean =>
    asked && (extra.has(key) ? whole : (written.get(key)?.includes(null) ?? false));
  for (const key of before.keys()) {
    if (after.has(key)) continue;
    if (!removed.has(key)) findings.add('lost', `${table.name} ${key} was at the state and is gone`);
    else if (!mayGo(key)) findings.add('lost', `${table.name} ${key} may not be removed, and was`);
  }
  for (const key of removed)
    if (after.has(key) && !written.has(key))
      findings.add('wrongCounts', `${table.name} ${key} is counted as removed and is there`);
  if (!due || !whole) return;
  for (const key of extra)
    if (after.has(key) && !written.has(key))
      findings.add('wrongCounts', `${table.name} ${key} was to be removed and is there`);
}
