import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import { estimateTime } from '../../domain/dry-run';
import { planResync, planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import { type Initiator, type Scenario, scenarios } from '../../domain/resync';
import { scenarioProblem } from '../../domain/scenario-rules';
import type { OfferedYear } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import type { AnswerTo } from '../../http/route';
import { Unavailable } from '../../temporal/call-errors';
import { rulesFor } from '../blackouts/store';
import { windowAt } from '../blackouts/windows';
import { readPastPace } from '../resyncs/past-pace';
import { planHashOf } from '../resyncs/plan-hash';
import { noteStateTables } from '../resyncs/plan-notes';
import type { plan } from '../resyncs/plan-schemas';
import type { planRequest } from '../resyncs/schemas';
import { readQueue } from '../resyncs/workflow-client';
import { verdictStored } from '../verifications/object-store';
import { newestVerification } from '../verifications/read';

type Body = z.output<typeof planRequest>;

/** Whose plan, of which year, before whose eyes. */
interface Asked {
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
  readonly body: Body;
  readonly principal: Principal;
}

/**
 * What a person sees before a resync is sent: the objects and why, how much and how long as far as
 * earlier runs say, what it would wait for, and what the newest comparison has found.
 */
export async function planView(context: ApiContext, asked: Asked): Promise<AnswerTo<typeof plan>> {
  const { district, year, body } = asked;
  const planned = planResync(context.catalog, body, planScopeOf(district, year));
  const { objects, notes } = await noteStateTables(context, district, planned);
  const names = objects.map(({ name }) => name);
  const { schoolYear } = year;
  return {
    planHash: planHashOf({ schoolYear, ...planned }),
    schoolYear,
    objects,
    omitted: planned.omitted,
    notes,
    ...(await pastOf(context, asked, names)),
    queue: await queueOf(context, asked),
    heldUntil: await holdOf(context, asked),
    verification: await verificationOf(context, asked, names),
    scenarios: scenarios.map((scenario) => ({ scenario, whyNot: whyNot(asked, scenario) })),
  };
}

/** A district is told nothing of runs and comparisons of the state. */
function seenBy({ principal }: Asked): Initiator {
  return principal.level === 'state' ? 'state' : 'district';
}

async function pastOf(
  { control }: ApiContext,
  asked: Asked,
  names: readonly string[],
): Promise<Pick<AnswerTo<typeof plan>, 'records' | 'time'>> {
  const past = await readPastPace(control, {
    districtId: asked.district.id,
    objects: names,
    mode: asked.body.mode,
    seenBy: seenBy(asked),
    before: new Date().toISOString(),
  });
  // The newest run comes first of each object.
  const newest = new Map([...past].reverse().map(({ object, records }) => [object, records]));
  const known = names.flatMap((object) => {
    const records = newest.get(object);
    return records === undefined ? [] : [{ object, records }];
  });
  const unknown = names.filter((name) => !newest.has(name));
  const time = estimateTime(known, past);
  return {
    records: {
      expected: known.reduce((sum, { records }) => sum + records, 0),
      objects: known,
      unknown,
    },
    time: known.length === 0 ? null : { seconds: time.seconds, runs: time.runs, text: time.text },
  };
}

/** A plan is shown without its place in the queue rather than late. */
const queueMs = 2_000;

/** The state's request goes ahead of the district's own. `null`: nobody knows at the moment. */
async function queueOf(
  { temporal }: ApiContext,
  { district, year, body }: Asked,
): Promise<{ readonly ahead: number } | null> {
  try {
    const { active, preempted, waiting } = await readQueue(temporal, district.id, year.schoolYear, {
      withinMs: queueMs,
    });
    if (body.scenario === 'STATE_REQUEST')
      return { ahead: waiting.filter(({ initiator }) => initiator === 'state').length };
    return { ahead: waiting.length + [active, preempted].filter((run) => run !== null).length };
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}

async function holdOf(
  { control }: ApiContext,
  { district: { id: districtId }, body }: Asked,
): Promise<string | null> {
  const initiator = body.scenario === 'STATE_REQUEST' ? 'state' : 'district';
  return windowAt(await rulesFor(control, { districtId, initiator }), Date.now())?.endsAt ?? null;
}

async function verificationOf(
  { control }: ApiContext,
  asked: Asked,
  names: readonly string[],
): Promise<AnswerTo<typeof plan>['verification']> {
  const newest = await newestVerification(control, {
    districtId: asked.district.id,
    schoolYear: asked.year.schoolYear,
    ...(seenBy(asked) === 'district' && { initiator: 'district' as const }),
  });
  if (newest === null) return null;
  const { objectsToResync } = await verdictStored(control, newest.verificationId);
  return {
    ...newest,
    proposes: objectsToResync,
    ofThese: objectsToResync.filter((one) => names.includes(one)),
  };
}

/** Why a resync of these objects can't be made for this scenario by this caller; `null`: it can. */
function whyNot({ principal, year, body }: Asked, scenario: Scenario): string | null {
  if (scenario === 'STATE_REQUEST') {
    if (principal.level !== 'state') return 'Only the state can use the scenario STATE_REQUEST.';
    if (!principal.rights.includes('stateRequest')) return 'It needs the tool right stateRequest.';
  }
  return scenarioProblem(scenario, body.objects, year)?.why ?? null;
}
