import type { RecordKey } from '../../domain/record-error';
import { evenCuts } from '../../domain/even-cuts';
import { familyOf } from '../columns/families';
import type { CompareJob } from '../mapping/job';
import { tellsExtra } from '../mapping/scope';
import { nthKey } from './bounds';
import { type ComparedPage, comparePage, countsIfEqual, type Interval } from './compare';
import type { Pause } from './district-load';
import { canPack, comparePacked } from './packed';

/** A stretch in which both sides are equal and every record may be sent. */
export interface EqualStretch {
  readonly upTo: RecordKey | null;
  readonly lastPage: boolean;
  /** Its records, which nobody named. */
  readonly equal: number;
}

/** What a stretch of an interval shows. */
export type Look = EqualStretch | ComparedPage;

/** Records looked at first. Of such samples, 1 in 150 shows nothing of a drift of 1 %. */
const sampleRecords = 500;
/** Stretches whose checksums are asked for in one statement. */
const stretchesTogether = 20;

/**
 * Compares an interval on both sides, stretch by stretch to its end. Drift is mostly scattered, and
 * then checksums would be paid for and show nothing: where the first records are equal the others
 * are compared by checksums of `pageRecords` each, and record by record only those that differ.
 * @returns looks in key order; the last has `lastPage`
 * @throws DatabaseError
 */
export async function* lookThrough(
  job: CompareJob,
  { after: start, upTo }: Interval,
  pause: Pause,
): AsyncGenerator<Look, void> {
  await pause();
  if (!canPack(job.mapping) || job.mode !== 'compare') {
    yield* pageByPage(job, { after: start, upTo }, pause);
    return;
  }
  for (let after = start; ;) {
    const { stretches, complete } = await cutStretches(job, { after, upTo });
    const end = stretches.at(-1)!.upTo;
    for await (const look of lookAtStretches(job, stretches, pause))
      yield complete ? look : { ...look, lastPage: false };
    if (complete) return;
    after = end;
    await pause();
  }
}

/** The next stretches of an interval, of about `pageRecords` district records each. */
async function cutStretches(
  job: CompareJob,
  { after: start, upTo }: Interval,
): Promise<{ readonly stretches: readonly Interval[]; readonly complete: boolean }> {
  const { editions, mapping, scope, pageRecords } = job;
  const stretches: Interval[] = [];
  let after = start;
  while (stretches.length < stretchesTogether) {
    const cut = await nthKey(editions, mapping, scope, { after, upTo }, pageRecords);
    const stretch = { after, upTo: cut ?? upTo };
    stretches.push(stretch);
    if (cut === null) return { stretches, complete: true };
    after = cut;
    const even = evenStretches(
      job,
      { like: stretch, rest: { after, upTo } },
      stretchesTogether - stretches.length,
    );
    if (even !== null) return { stretches: [...stretches, ...even], complete: true };
  }
  return { stretches, complete: false };
}

/**
 * Cuts the rest of an interval of whole numbers into parts of a stretch's width: walking along the
 * key to count records would cost a server as much as half of their checksums.
 * @returns `null` for other keys, and where a bound isn't known
 */
function evenStretches(
  { mapping }: CompareJob,
  { like, rest }: { readonly like: Interval; readonly rest: Interval },
  most: number,
): Interval[] | null {
  const [key, ...more] = mapping.districtKey.columns;
  if (more.length > 0 || familyOf(key!.column) !== 'integer' || most < 1) return null;
  if (like.after === null || rest.after === null || rest.upTo === null) return null;
  const [begin, first, last] = [like.after, rest.after, rest.upTo].map(([part]) => BigInt(part!));
  const cuts = evenCuts({ first: first!, last: last! }, { width: first! - begin!, most });
  let { after } = rest;
  return [...cuts.map((cut) => [String(cut)]), rest.upTo].map((upTo) => {
    const stretch = { after, upTo };
    after = upTo;
    return stretch;
  });
}

async function* lookAtStretches(
  job: CompareJob,
  stretches: readonly Interval[],
  pause: Pause,
): AsyncGenerator<Look, void> {
  const [first, ...others] = stretches;
  if (others.length === 0) {
    yield* lookClosely(job, first!, pause);
    return;
  }
  const sampled = await sampleOf(job, first!);
  let equal = true;
  for await (const look of lookClosely(job, sampled, pause)) {
    equal &&= 'equal' in look || (look.open.length === 0 && look.extra.length === 0);
    yield { ...look, lastPage: false };
  }
  const rest =
    sampled.upTo === first!.upTo ? others : [{ after: sampled.upTo, upTo: first!.upTo }, ...others];
  await pause();
  const known = equal && tellsExtra(job.mapping, job.scope) ? await countsIfEqual(job, rest) : [];
  for (const { stretch, records, last } of runsOf(rest, known)) {
    if (records !== null) yield { upTo: stretch.upTo, lastPage: last, equal: records };
    else
      for await (const look of lookClosely(job, stretch, pause))
        yield last ? look : { ...look, lastPage: false };
  }
}

async function sampleOf({ editions, mapping, scope }: CompareJob, first: Interval): Promise<Interval> {
  const upTo = await nthKey(editions, mapping, scope, first, sampleRecords);
  return { after: first.after, upTo: upTo ?? first.upTo };
}

/** Neighbors that are equal as one. */
function* runsOf(
  stretches: readonly Interval[],
  known: readonly (number | null)[],
): Generator<{ readonly stretch: Interval; readonly records: number | null; readonly last: boolean }> {
  for (let n = 0; n < stretches.length; n += 1) {
    const { after } = stretches[n]!;
    let records = known[n] ?? null;
    while (records !== null && typeof known[n + 1] === 'number') records += known[(n += 1)]!;
    yield { stretch: { after, upTo: stretches[n]!.upTo }, records, last: n === stretches.length - 1 };
  }
}

/** Record by record; in one piece where the stretch fits in a value. */
async function* lookClosely(job: CompareJob, stretch: Interval, pause: Pause): AsyncGenerator<Look, void> {
  await pause();
  const packed = await comparePacked(job, stretch);
  if (packed === null) yield* pageByPage(job, stretch, pause);
  else yield { ...packed, lastPage: true };
}

/** By rows, for what can't be one value; by one checksum from where the first page is equal. */
async function* pageByPage(job: CompareJob, interval: Interval, pause: Pause): AsyncGenerator<Look, void> {
  const page = await comparePage(job, interval);
  yield page;
  if (page.lastPage) return;
  const rest = { after: page.upTo, upTo: interval.upTo };
  await pause();
  const equal = page.open.length === 0 && page.extra.length === 0;
  const bySum = equal && job.mode === 'compare' && tellsExtra(job.mapping, job.scope);
  const [records = null] = bySum ? await countsIfEqual(job, [rest]) : [];
  if (records !== null) yield { upTo: interval.upTo, lastPage: true, equal: records };
  else yield* eachPage(job, rest, pause);
}

async function* eachPage(
  job: CompareJob,
  interval: Interval,
  pause: Pause,
): AsyncGenerator<ComparedPage, void> {
  for (let { after } = interval; ;) {
    const page = await comparePage(job, { after, upTo: interval.upTo });
    yield page;
    if (page.lastPage) return;
    after = page.upTo;
    await pause();
  }
}
