/** What a state's request would come to, before it is made. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Principal } from '../../domain/principal';
import { selectRows } from '../../control/database';
import type { ApiContext } from '../../http/context';
import type { AnswerTo } from '../../http/route';
import { readResyncsOf } from '../districts/read-standing';
import type { PlannedDistrict } from './plan-districts';
import { plannedDistricts } from './planned-districts';
import type * as schemas from './schemas';

type Body = z.output<typeof schemas.stateRequestPlanBody>;
type Answer = AnswerTo<typeof schemas.stateRequestPlan>;

/**
 * Who would be asked for what, who can't and why, and how much that is by earlier full resyncs.
 * @throws Problem 422 on an unknown district; PlanError when no district can carry it out
 */
export async function stateRequestPlanView(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<Answer> {
  const districts = await plannedDistricts(context, principal, body);
  const asked = districts.filter(({ problem }) => problem === null);
  return {
    planHash: requestHashOf(districts),
    districts: asked.length,
    notRun: districts.flatMap(({ districtId, problem }) =>
      problem === null ? [] : [{ districtId, why: problem }],
    ),
    objects: objectsOf(context, asked, body),
    waves: [...districtsOfWaves(asked)].map(([wave, districts]) => ({ wave, districts: districts.length })),
    ...(await pastOf(context, asked, body)),
  };
}

/**
 * The same hash: the same districts are asked for the same objects in the same waves, and the same
 * are left out.
 */
export function requestHashOf(districts: readonly PlannedDistrict[]): string {
  const shown = districts
    .map(({ districtId, schoolYear, problem, wave, objects }) => [
      ...[districtId, schoolYear, problem, wave, ...objects],
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 32);
}

function objectsOf(
  { catalog }: ApiContext,
  asked: readonly PlannedDistrict[],
  { objects }: Body,
): Answer['objects'] {
  const counts = new Map<string, number>();
  for (const district of asked)
    for (const name of district.objects) counts.set(name, (counts.get(name) ?? 0) + 1);
  return catalog.objects.flatMap(({ name }) => {
    const districts = counts.get(name);
    if (districts === undefined) return [];
    return [{ name, added: objects !== 'all' && !objects.includes(name), districts }];
  });
}

/** Districts by their wave, the first first; empty: all together. */
function districtsOfWaves(asked: readonly PlannedDistrict[]): Map<number, string[]> {
  const waves = new Map<number, string[]>();
  for (const { districtId, wave } of asked)
    if (wave !== null) waves.set(wave, [...(waves.get(wave) ?? []), districtId]);
  return new Map([...waves].sort(([a], [b]) => a - b));
}

/** Records and time of the newest full resync of each district, as far as the objects go. */
async function pastOf(
  { config, control }: ApiContext,
  asked: readonly PlannedDistrict[],
  { waves, recordsPerSecond }: Body,
): Promise<Pick<Answer, 'records' | 'time'>> {
  const years = new Map(asked.map(({ districtId, schoolYear }) => [districtId, schoolYear]));
  const runs = await readResyncsOf(control, { years, seenBy: 'state' });
  const full = new Map(
    [...runs].flatMap(([districtId, { lastFull }]) =>
      lastFull?.status === 'finished' ? [[lastFull.resyncId, districtId] as const] : [],
    ),
  );
  const names = new Set(asked.flatMap(({ objects }) => objects));
  const rows = full.size === 0 ? [] : await readShares(control, [...full.keys()], [...names]);
  const seconds = new Map(
    rows.map(({ resyncId, records, all, seconds: took }) => [
      full.get(resyncId)!,
      all === 0 ? 0 : (took * records) / all,
    ]),
  );
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  // Whoever takes longest is waited for, however many places there are.
  const togetherSeconds = (districtIds: Iterable<string>): number => {
    const each = [...districtIds].map((id) => seconds.get(id) ?? 0);
    const places = Math.min(config.stateRequests.districtsInFlight, Math.max(each.length, 1));
    return Math.max(sum(each) / places, ...each);
  };
  const expected = sum(rows.map(({ records }) => records));
  const inWaves = [...districtsOfWaves(asked).values()];
  const pauses = Math.max(inWaves.length - 1, 0) * (waves?.pauseMinutes ?? 0) * 60;
  const wholeSeconds =
    inWaves.length === 0 ? togetherSeconds(seconds.keys()) : sum(inWaves.map(togetherSeconds)) + pauses;
  // At worst all is written: how much differs nobody knows.
  const writeSeconds = recordsPerSecond === undefined ? 0 : expected / recordsPerSecond;
  return {
    records: {
      expected,
      unknownDistricts: asked.length - rows.length,
    },
    time:
      rows.length === 0
        ? null
        : {
            seconds: Math.ceil(Math.max(wholeSeconds, writeSeconds)),
            inFlight: config.stateRequests.districtsInFlight,
          },
  };
}

interface Share {
  readonly resyncId: string;
  readonly records: number;
  readonly all: number;
  readonly seconds: number;
}

function readShares(
  control: ApiContext['control'],
  resyncIds: readonly string[],
  objects: readonly string[],
): Promise<Share[]> {
  return selectRows<Share>(
    control,
    `SELECT r.resyncID AS resyncId, CAST(SUM(IF(h.objectName IN (:objects), h.processed, 0)) AS SIGNED) AS records,
            CAST(SUM(h.processed) AS SIGNED) AS \`all\`,
            CAST(MAX(TIMESTAMPDIFF(MICROSECOND, r.startedAt, r.endedAt)) / 1000000 AS DOUBLE) AS seconds
       FROM resync r JOIN DISBatchHistory h ON h.resyncID = r.resyncID
      WHERE r.resyncID IN (:resyncIds) GROUP BY r.resyncID`,
    { resyncIds, objects },
  );
}
