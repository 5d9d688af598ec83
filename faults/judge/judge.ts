import type { Contents, Row } from '../district/records';
import { type TableSpec, tables } from '../district/tables';
import type { Leg, Written } from '../kinds/kind';
import type { RunWorld } from '../world/run-world';
import { Findings } from './findings';
import { dangling, expect, type Expectation, type Outcome, outcomes, sameRow } from './model';
import { judgeRemoved, type Removals } from './removed';

interface ObjectBooks {
  readonly objectName: string;
  readonly status: string;
  readonly color: string;
  readonly message: string | null;
  readonly recordsRead: number;
  readonly processed: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly excluded: number;
  readonly blocked: number;
  readonly failed: number;
  readonly extra: number;
}

interface ErrorBooks {
  readonly objectName: string;
  readonly recordKey: string;
  readonly outcome: string;
  readonly code: string;
}

/** Everything that is known of a request that has ended. */
export interface EndedLeg {
  readonly leg: Leg;
  /** The state before it. */
  readonly before: Contents;
  /** The district before it. */
  readonly district: Contents;
  /** What the district wrote meanwhile. */
  readonly written: Written;
}

export interface Verdict {
  readonly findings: Findings;
  /** Every object has been sent to its end. */
  readonly whole: boolean;
  /** Stored errors, "object key outcome code". */
  readonly errors: readonly string[];
}

/** Compares what is at the state and in the books with what must have come of the request. */
export async function judge(world: RunWorld, ended: EndedLeg): Promise<Verdict> {
  const { leg, before, district, written } = ended;
  const findings = new Findings();
  const [run] = await world.books<{ status: string; color: string; message: string | null }>(
    'SELECT status, color, message FROM resync WHERE resyncID = ?',
    [leg.resyncId],
  );
  const objects = await world.books<ObjectBooks>('SELECT * FROM DISBatchHistory WHERE resyncID = ?', [
    leg.resyncId,
  ]);
  const errors = await world.books<ErrorBooks>(
    'SELECT objectName, recordKey, outcome, code FROM recordError WHERE resyncID = ?',
    [leg.resyncId],
  );
  const state = await world.read('state');
  const model = expect(district, before);
  const expected = run?.status === 'cancelled' && leg.mayBeCancelled ? beforeClosing(model, errors) : model;
  const removed = await world.books<{ objectName: string; recordKey: string }>(
    "SELECT objectName, recordKey FROM removal WHERE resyncID = ? AND status = 'removed'",
    [leg.resyncId],
  );
  for (const line of dangling(state)) findings.add('dangling', line);
  let whole = run?.status === 'finished';
  for (const table of tables) {
    const books = objects.find(({ objectName }) => objectName === table.name);
    const finished = books?.status === 'finished';
    whole &&= finished;
    if (!finished && !leg.mayBeCancelled && !leg.mayFail)
      findings.add('wrongCounts', `${table.name} is ${books?.status ?? 'missing'}: ${books?.message ?? ''}`);
    const ofTable = removed.filter(({ objectName }) => objectName === table.name);
    const removals = {
      removed: new Set(ofTable.map(({ recordKey }) => recordKey)),
      asked: leg.removals,
      due: leg.removals && run?.status === 'finished' && !leg.mayBeCancelled && !leg.mayFail,
    };
    const one = { table, books, expected, findings, finished, removals, ...sidesOf(table, ended, state) };
    judgeRecords(one);
    if (books) judgeInserted(one, books);
    if (books && finished)
      judgeCounts(
        one,
        books,
        errors.filter(({ objectName }) => objectName === table.name),
      );
  }
  if (!whole && !leg.mayBeCancelled && !leg.mayFail)
    findings.add('wrongCounts', `the run is ${run?.status ?? 'missing'}: ${run?.message ?? ''}`);
  const greens = objects.filter(({ color }) => color === 'green');
  if (run?.color === 'green' && (!whole || greens.length < objects.length))
    findings.add('falseGreen', `the run is green and not all of its objects are`);
  return {
    findings,
    whole,
    errors: errors
      .filter(({ objectName, recordKey }) => !written.get(objectName)?.has(recordKey))
      .map(({ objectName, recordKey, outcome, code }) => `${objectName} ${recordKey} ${outcome} ${code}`)
      .sort(),
  };
}

/**
 * What is due of a run that was cancelled before its end: the closing retry did not come, so that a
 * record which waited for it is still an error, and stored as one.
 */
function beforeClosing(model: Expectation, errors: readonly ErrorBooks[]): Expectation {
  const waiting = errors.filter(({ outcome, code }) => outcome === 'blocked' || code === 'UNIQUE_CLASH');
  const due = new Map([...model.outcomes].map(([name, records]) => [name, new Map(records)]));
  for (const { objectName, recordKey, outcome } of waiting)
    if (outcome === 'blocked' || outcome === 'failed') due.get(objectName)?.set(recordKey, outcome);
  return { ...model, outcomes: due };
}

export interface OneTable {
  readonly table: TableSpec;
  readonly books: ObjectBooks | undefined;
  readonly expected: Expectation;
  readonly findings: Findings;
  readonly finished: boolean;
  readonly removals: Removals;
  readonly district: ReadonlyMap<string, Row>;
  readonly before: ReadonlyMap<string, Row>;
  readonly after: ReadonlyMap<string, Row>;
  readonly written: ReadonlyMap<string, readonly (Row | null)[]>;
}

function sidesOf(
  { name }: TableSpec,
  { district, before, written }: EndedLeg,
  state: Contents,
): Pick<OneTable, 'district' | 'before' | 'after' | 'written'> {
  return {
    district: district.get(name)!,
    before: before.get(name)!,
    after: state.get(name)!,
    written: written.get(name) ?? new Map<string, readonly (Row | null)[]>(),
  };
}

/**
 * Each record at the state is what it was, or what the district had; what had to arrive is there.
 */
function judgeRecords(one: OneTable): void {
  const { table, books, expected, findings, finished, ...sides } = one;
  const { district, before, after, written } = sides;
  const outcomeOf = expected.outcomes.get(table.name)!;
  const lostBefore = findings.counts.lost;
  judgeRemoved(one);
  for (const [key, row] of after) {
    const versions = written.get(key) ?? [district.get(key) ?? null];
    const was = before.get(key);
    if (versions.some((version) => version !== null && sameRow(table, version, row))) continue;
    if (was !== undefined && sameRow(table, was, row)) {
      if (finished && !written.has(key) && arrives(outcomeOf.get(key)))
        findings.add('lost', `${table.name} ${key} has an old value`);
    } else if (versions.every((version) => version === null)) {
      findings.add('duplicated', `${table.name} ${key} is at the state and nobody had it`);
    } else {
      findings.add('lost', `${table.name} ${key} is neither what it was nor what the district has`);
    }
  }
  if (finished)
    for (const [key, outcome] of outcomeOf)
      if (arrives(outcome) && !after.has(key) && !written.has(key))
        findings.add('lost', `${table.name} ${key} is not at the state`);
  if (books?.color !== 'green') return;
  const errors = [...outcomeOf].filter(([key, outcome]) => !arrives(outcome) && !written.has(key)).length;
  if (!finished || errors > 0 || findings.counts.lost > lostBefore)
    findings.add('falseGreen', `${table.name} is green (${books.status}, ${errors} errors are due)`);
}

function arrives(outcome: Outcome | undefined): boolean {
  return outcome === 'inserted' || outcome === 'updated' || outcome === 'unchanged';
}

/** What is counted as inserted is what is new at the state, however the object ended. */
function judgeInserted({ table, findings, before, after }: OneTable, books: ObjectBooks): void {
  const there = [...after.keys()].filter((key) => !before.has(key)).length;
  const counted = Number(books.inserted);
  if (counted > there) findings.add('duplicated', `${table.name}: ${counted} inserted, ${there} are new`);
  if (counted < there) findings.add('wrongCounts', `${table.name}: ${counted} inserted, ${there} are new`);
}

function judgeCounts(one: OneTable, books: ObjectBooks, errors: readonly ErrorBooks[]): void {
  const { table, expected, findings, written } = one;
  const due = [...expected.outcomes.get(table.name)!].filter(([key]) => !written.has(key));
  for (const outcome of outcomes) {
    const least = due.filter(([, each]) => each === outcome).length;
    const counted = Number(books[outcome]);
    if (counted < least || counted > least + written.size)
      findings.add('wrongCounts', `${table.name}: ${counted} ${outcome}, ${least} are due`);
  }
  const extra = [...expected.extra.get(table.name)!].filter((key) => !written.has(key)).length;
  if (Number(books.extra) < extra || Number(books.extra) > extra + written.size)
    findings.add('wrongCounts', `${table.name}: ${books.extra} extra, ${extra} are due`);
  const read = Number(books.recordsRead);
  if (read > due.length + written.size)
    findings.add('duplicated', `${table.name}: ${read} records read of ${due.length}`);
  else if (read < due.length)
    findings.add('wrongCounts', `${table.name}: ${read} records read of ${due.length}`);
  const stored = new Map(errors.map(({ recordKey, outcome }) => [recordKey, outcome]));
  for (const [key, outcome] of due)
    if (stored.get(key) !== (arrives(outcome) ? undefined : outcome))
      findings.add(
        'wrongCounts',
        `${table.name} ${key}: ${stored.get(key) ?? 'no error'}, due is ${outcome}`,
      );
}
