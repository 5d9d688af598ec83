import { useCallback, useEffect, useMemo, useState } from 'react';
import type { TableObject } from '../../api/answers';
import { type BrowserPlan, planOf } from '../../plan/plan-of';

/** How an object's box stands. */
export type Box =
  | { readonly state: 'off' | 'ticked' | 'mixed' }
  /** Ticked because others need it. */
  | { readonly state: 'needed'; readonly by: readonly string[] };

/** What is chosen on the page, and what follows from it. */
export interface Selection {
  readonly ticked: ReadonlySet<string>;
  readonly checkDependencies: boolean;
  readonly plan: BrowserPlan;
  /** As the request names it. */
  readonly objects: 'all' | readonly string[];
  /** Of the box at the top left. */
  readonly all: 'off' | 'mixed' | 'ticked';
  /** What the last tick did, for who can't see it. */
  readonly said: string;
  readonly boxOf: (object: string) => Box;
  readonly toggle: (names: readonly string[]) => void;
  readonly toggleAll: () => void;
  readonly setCheckDependencies: (on: boolean) => void;
}

/** Objects of which a full resync is made: not those that are off, nor parts of others. */
function ofAll(items: readonly TableObject[]): string[] {
  const offered = new Set(items.filter(({ notOffered }) => notOffered === null).map(({ object }) => object));
  return items
    .filter(({ object, subsetOf }) => offered.has(object) && !(subsetOf !== null && offered.has(subsetOf)))
    .map(({ object }) => object);
}

const addressAfterMs = 250;

/** Ticks live in the address, so that a choice can be sent to a colleague. */
function readAddress(): { ticked: string[]; checkDependencies: boolean } {
  const query = new URLSearchParams(location.search);
  return {
    ticked: query.get('tick')?.split(',').filter(Boolean) ?? [],
    checkDependencies: query.get('deps') !== '0',
  };
}

function writeAddress(ticked: ReadonlySet<string>, checkDependencies: boolean): void {
  const url = new URL(location.href);
  if (ticked.size === 0) url.searchParams.delete('tick');
  else url.searchParams.set('tick', [...ticked].join(','));
  if (checkDependencies) url.searchParams.delete('deps');
  else url.searchParams.set('deps', '0');
  history.replaceState(history.state, '', url);
}

/** The choice on the batch page. */
export function useSelection(items: readonly TableObject[]): Selection {
  const [{ ticked: named, checkDependencies }, setChoice] = useState(readAddress);
  const [said, setSaid] = useState('');
  const full = useMemo(() => ofAll(items), [items]);
  const ticked = useMemo(() => {
    const offered = new Set(
      items.filter(({ notOffered }) => notOffered === null).map(({ object }) => object),
    );
    return new Set(named.includes('all') ? full : named.filter((name) => offered.has(name)));
  }, [named, items, full]);
  const isAll = full.length > 0 && ticked.size === full.length && full.every((name) => ticked.has(name));
  const objects = useMemo(() => (isAll ? 'all' : [...ticked]), [isAll, ticked]);
  const plan = useMemo(() => planOf(items, objects, checkDependencies), [items, objects, checkDependencies]);
  useEffect(() => {
    if (items.length === 0) return;
    // After the tick is painted: the address tells nobody anything in that frame.
    const timer = setTimeout(
      () => writeAddress(isAll ? new Set(['all']) : ticked, checkDependencies),
      addressAfterMs,
    );
    return () => clearTimeout(timer);
  }, [items, isAll, ticked, checkDependencies]);

  const mixed = useMemo(() => mixedOf(items, plan.reasons), [items, plan]);
  const boxOf = useCallback(
    (object: string): Box => {
      if (ticked.has(object)) return { state: 'ticked' };
      const reason = plan.reasons.get(object);
      if (reason?.kind === 'dependency') return { state: 'needed', by: neededBy(object, plan, ticked) };
      return { state: mixed.has(object) ? 'mixed' : 'off' };
    },
    [ticked, plan, mixed],
  );

  const change = (next: ReadonlySet<string>, deps: boolean): BrowserPlan => {
    setChoice({ ticked: [...next], checkDependencies: deps });
    return planOf(items, [...next], deps);
  };
  const toggle = (names: readonly string[]): void => {
    const [first = ''] = names;
    const box = boxOf(first);
    if (names.length === 1 && box.state === 'needed') {
      setSaid(`${first} is needed by ${box.by.join(', ')}: it is sent as long as they are ticked.`);
      return;
    }
    const next = new Set(ticked);
    const on = names.some((name) => !ticked.has(name));
    for (const name of names) {
      if (on) next.add(name);
      else next.delete(name);
    }
    setSaid(changeInWords(names, on, plan, change(next, checkDependencies)));
  };
  return {
    ...{ ticked, checkDependencies, plan, objects, said, boxOf, toggle },
    all: isAll ? 'ticked' : ticked.size > 0 ? 'mixed' : 'off',
    toggleAll: () => {
      change(new Set(isAll ? [] : full), checkDependencies);
      setSaid(isAll ? 'Nothing is ticked.' : `All ${full.length} objects are ticked.`);
    },
    setCheckDependencies: (on) => void change(ticked, on),
  };
}

/** Which ticked objects bring it: the ends of the chain, not its links. */
function neededBy(object: string, { reasons }: BrowserPlan, ticked: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const seen = new Set<string>([object]);
  const follow = (name: string): void => {
    const reason = reasons.get(name);
    if (reason?.kind !== 'dependency') return;
    for (const by of reason.neededBy) {
      if (seen.has(by)) continue;
      seen.add(by);
      if (ticked.has(by)) found.add(by);
      follow(by);
    }
  };
  follow(object);
  return [...found];
}

/** Objects that aren't sent while something below them is. */
function mixedOf(items: readonly TableObject[], reasons: BrowserPlan['reasons']): ReadonlySet<string> {
  const parents = new Map(items.map(({ object, treeParent }) => [object, treeParent]));
  const mixed = new Set<string>();
  for (const sent of reasons.keys()) {
    for (let above = parents.get(sent); above && !mixed.has(above); above = parents.get(above)) {
      if (!reasons.has(above)) mixed.add(above);
    }
  }
  return mixed;
}

function changeInWords(
  names: readonly string[],
  on: boolean,
  before: BrowserPlan,
  after: BrowserPlan,
): string {
  const what = names.length === 1 ? names[0]! : `${names.length} objects`;
  if (after.problem !== null) return after.problem;
  if (!on) return `${what} taken out; ${after.reasons.size} objects will be sent.`;
  const added = [...after.reasons]
    .filter(([name, { kind }]) => kind === 'dependency' && !before.reasons.has(name))
    .map(([name]) => name);
  return added.length === 0 ? `${what} ticked.` : `${what} also needs ${added.join(', ')}.`;
}
