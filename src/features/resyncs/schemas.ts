/** What the API answers with; the same schemas make the OpenAPI document. */
import { z } from 'zod';
import { objectDoubts } from '../../domain/outcome';
import { scenarios } from '../../domain/resync';
import { count, level, mode, objectsAsked, schoolYear, time } from '../../http/schemas';

export const color = z.enum(['gray', 'green', 'yellow', 'red']).meta({
  id: 'Color',
  description: 'gray: under way; green: no errors; yellow: up to 1.0 %; red: more, or it did not finish',
});
export const objectStatus = z.enum(['waiting', 'running', 'finished', 'failed', 'cancelled', 'skipped']);
export const resyncStatus = z.enum([
  'accepted',
  'queued',
  'running',
  'paused',
  'preempted',
  'awaitingApproval',
  'finished',
  'failed',
  'cancelled',
  'lost',
]);
/** What a district sees of a state's request beside queued and running: that it has ended. */
export const shownStatus = z.enum([...resyncStatus.options, 'ended']);
export const outcome = z.enum(['excluded', 'blocked', 'failed']);

const doubt = z
  .enum(objectDoubts)
  .nullable()
  .meta({ description: 'why a person has to look at it, whatever its records came to: docs/errors.md' });

export const counts = z
  .object({
    inserted: count,
    updated: count,
    unchanged: count,
    excluded: count,
    blocked: count,
    failed: count,
    extra: count.meta({ description: 'at the state, no longer at the district; not part of processed' }),
    processed: count,
    errors: count,
  })
  .meta({ id: 'Counts' });

export const district = z
  .object({
    id: z.string(),
    number: z.int(),
    name: z.string(),
    state: z.string().nullable(),
    schoolYear: z.int().meta({ description: 'year in which the current school year ends' }),
    years: z
      .array(z.object({ schoolYear: z.int(), kind: z.enum(['previous', 'current', 'next']) }))
      .meta({ description: 'years whose objects can be sent, the earliest first' }),
    timezone: z.string().nullable().meta({ description: 'where the district is; null: not configured' }),
    region: z
      .object({
        host: z.string().nullable().meta({
          description:
            'of the region’s own deployment, which what the state asks goes through first; null: there is none, or the caller is a district',
        }),
        first: z
          .boolean()
          .meta({ description: 'what the state asks of the district goes through its region first' }),
      })
      .nullable()
      .meta({ description: 'the region whose edition the records come from; null: from the district’s own' }),
  })
  .meta({ id: 'District' });

const lastRun = z
  .object({
    resyncId: z.string(),
    status: objectStatus,
    color,
    colorWithoutExclusions: color,
    counts,
    startedAt: time,
    endedAt: time.nullable(),
    message: z.string().nullable(),
    doubt,
    expected: count.nullable().meta({
      description: 'records of the finished run before it: what a run under way will come to',
    }),
    sincePreviousRun: z.object({ newErrors: count, resolvedErrors: count }).nullable(),
  })
  .meta({ id: 'LastRun' });

export const tableObject = z
  .object({
    object: z.string(),
    label: z.string(),
    parents: z.array(z.string()),
    softParents: z.array(z.string()),
    treeParent: z.string().nullable().meta({
      description: 'the object below which it stands in a tree; null: at the top',
    }),
    subsetOf: z.string().nullable().meta({ description: 'whose records it sends a part of' }),
    cycle: z.string().nullable().meta({ description: 'sent together with the others of this name' }),
    enabledByDefault: z.boolean(),
    keyColumns: z.array(z.string()).meta({ description: 'columns of a record’s key, in order' }),
    schoolYearTied: z.boolean(),
    notOffered: z.string().nullable().meta({ description: 'why this district doesn’t send it' }),
    last: lastRun.nullable(),
  })
  .meta({ id: 'TableObject' });

export const notes = z.array(z.object({ object: z.string(), note: z.string() })).meta({
  description: 'what a person has to know of the state’s tables before these objects are sent',
});

const request = {
  objects: objectsAsked.meta({ description: '"all", or names of objects', example: ['Enrollment'] }),
  checkDependencies: z.boolean().default(true),
  schoolYear: schoolYear.optional(),
};
export const planRequest = z
  .strictObject({
    ...request,
    scenario: z.enum(scenarios).default('OTHER').meta({ description: 'for its place in the queue' }),
    mode: mode.default('compare').meta({ description: 'for the time it takes' }),
  })
  .meta({ id: 'PlanRequest' });
export const resyncRequest = z
  .strictObject({
    ...request,
    scenario: z.enum(scenarios).default('OTHER'),
    mode: mode.default('compare'),
    verify: z.literal('beforeAndAfter').optional().meta({
      description: 'compare, send only what drifted, compare again; green only when that is equal',
    }),
    dryRun: z.boolean().default(false).meta({
      description: 'only predict the outcome: answers with a verification of kind dryRun',
    }),
    acceptShrunk: z.boolean().default(false).meta({
      description:
        'the district has lost most records of an object, and that is right: it doesn’t end red (SHRUNK)',
    }),
    acceptUpdates: z.boolean().default(false).meta({
      description:
        'most records of an object are to be updated, and that is right: it isn’t held (UPDATES_HELD)',
    }),
    planHash: z.string().max(64).optional().meta({
      description: 'of the plan that was shown: 409 when these objects no longer make the same plan',
    }),
    removals: z.enum(['report', 'apply']).default('report').meta({
      description:
        'what happens to state records that are gone at the district; apply: they are removed, above a threshold after approval',
    }),
  })
  .meta({ id: 'ResyncRequest' });

export const otherCatalog = z
  .object({
    workerHash: z.string().meta({ description: 'of the catalog of a worker that left it untouched' }),
    since: time,
    text: z.string().meta({ description: 'what it waits for, and what to do' }),
  })
  .meta({ id: 'OtherCatalog', description: 'it waits for a worker with its catalog; null: it doesn’t' });

export const resyncHead = z
  .object({
    resyncId: z.string(),
    districtId: z.string(),
    schoolYear: z.int(),
    objects: z
      .union([z.literal('all'), z.array(z.string())])
      .nullable()
      .meta({ description: 'null: hidden from the district, because the state requested it' }),
    checkDependencies: z.boolean().nullable(),
    scenario: z.enum(scenarios),
    initiator: level,
    mode: mode.nullable(),
    requestedBy: z.string(),
    removals: z.enum(['report', 'apply']).optional(),
    acceptShrunk: z.literal(true).optional(),
    acceptUpdates: z.literal(true).optional(),
    verify: z.literal('beforeAndAfter').optional(),
    selection: z
      .enum(['retry', 'selective'])
      .optional()
      .meta({ description: 'only selected records were sent; absent: whole objects' }),
    selected: z
      .union([
        z.object({
          outcomes: z.array(outcome).readonly(),
          objects: z.array(z.string()).readonly().optional().meta({ description: 'errors of these only' }),
          codes: z.array(z.string()).readonly().optional().meta({ description: 'only with these codes' }),
          landedIn: z
            .string()
            .optional()
            .meta({ description: 'sent by itself: this run has brought their parents to the state' }),
        }),
        z.object({ object: z.string(), key: z.array(z.string()).readonly() }),
      ])
      .optional()
      .meta({ description: 'what a run of selected records was asked for' }),
    retryOf: z.string().optional().meta({ description: 'the resync whose errors were sent again' }),
    status: shownStatus.meta({
      description: 'of a state’s request a district sees only queued, running and ended',
    }),
    percent: z.int().min(0).max(100).nullable().meta({ description: 'null: it ended before it was done' }),
    color: color.nullable(),
    message: z.string().nullable(),
    requestedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    heldUntil: time.nullable().meta({ description: 'end of the blackout window that holds it' }),
    catalogHash: z.string().nullable().meta({
      description: 'SHA-256 of the catalog it was accepted with: no worker with another one touches it',
    }),
    otherCatalog: otherCatalog.nullable(),
    region: z.object({ resyncId: z.string(), color }).optional().meta({
      description:
        'the run of the region’s own deployment that brought the district’s data there first; absent: there was none',
    }),
    errorsRemovedAt: time.nullable().meta({
      description: 'its errors were kept as long as is configured; null: they are there',
    }),
    verifications: z
      .array(
        z.object({
          verificationId: z.string(),
          kind: z.enum(['beforeResync', 'afterResync']),
          status: z.enum(['accepted', 'running', 'waiting', 'finished', 'failed', 'cancelled']),
          equal: z.boolean().nullable().meta({ description: 'known exclusions apart' }),
          resyncNecessary: z.boolean().nullable(),
        }),
      )
      .optional()
      .meta({
        description: 'verifications of a resync with verify "beforeAndAfter", the one before it sent first',
      }),
  })
  .meta({ id: 'ResyncHead' });

const objectView = z
  .object({
    object: z.string(),
    position: z.int(),
    status: objectStatus,
    color,
    colorWithoutExclusions: color,
    counts,
    ranges: z.int(),
    rangesDone: z.int(),
    expected: z.int().nullable().meta({ description: 'records of its last finished run' }),
    message: z.string().nullable(),
    doubt,
    held: z
      .object({
        updates: count.meta({ description: 'records that would be updated, or were' }),
        updated: count.meta({ description: 'of them those that were before it showed' }),
        records: count,
        samples: z
          .array(z.object({ key: z.array(z.string()).readonly(), columns: z.array(z.string()).readonly() }))
          .readonly(),
      })
      .nullable()
      .meta({ description: 'of UPDATES_HELD: how many records, and samples of keys and columns' }),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'ObjectOutcome' });

export const resync = resyncHead
  .extend({
    colorWithoutExclusions: color.nullable(),
    totals: counts.nullable(),
    objectResults: z.array(objectView).nullable(),
  })
  .meta({ id: 'Resync' });

export const accepted = z
  .object({
    resyncId: z.string(),
    status: resyncStatus,
    position: z.int().nullable().meta({ description: 'place in the agent’s queue; 0 runs now' }),
    replayed: z.boolean().meta({
      description: 'true: the same Idempotency-Key had started it before, or the same words a moment ago',
    }),
    advice: z
      .object({
        verification: z
          .object({ verificationId: z.string(), finishedAt: time, resyncNecessary: z.boolean() })
          .nullable(),
        text: z.string(),
      })
      .nullable()
      .meta({ description: 'for scenario OTHER: whether a resync is necessary; it never blocks' }),
    notes: notes.optional(),
  })
  .meta({ id: 'Accepted' });

const recordKey = z.array(z.string()).readonly();
export const recordError = z
  .object({
    resyncId: z.string(),
    object: z.string(),
    key: recordKey.nullable().meta({ description: 'null: hidden without the right errorLog' }),
    guid: z.string().nullable(),
    outcome,
    code: z.string(),
    field: z.string().nullable(),
    rule: z
      .string()
      .nullable()
      .meta({ description: 'what the record breaks', example: 'stateExclude is not 1' }),
    message: z.string(),
    parent: z.object({ object: z.string(), key: recordKey.nullable() }).nullable(),
    school: recordKey
      .nullable()
      .meta({ description: 'key of the School of the record; null: of none, or not known' }),
    screen: z
      .string()
      .nullable()
      .meta({ description: 'where it is mended in the district’s application, if the catalog says so' }),
    table: z.string().nullable().meta({ description: 'table of the district' }),
    seenAt: time,
  })
  .meta({ id: 'RecordError' });

export const cause = z
  .object({
    object: z.string(),
    outcome: z.enum(['excluded', 'blocked', 'failed', 'missing']),
    code: z.string(),
    message: z.string().nullable(),
    records: count,
    errors: count,
    objects: z.array(z.object({ object: z.string(), errors: count })),
  })
  .meta({ id: 'Cause' });

export const agent = z
  .object({
    districtId: z.string(),
    schoolYear: z.int(),
    active: z.string().nullable(),
    preempted: z.string().nullable(),
    waiting: z.array(z.object({ resyncId: z.string(), initiator: level })),
  })
  .meta({ id: 'Agent' });

export const report = z.object({ resync, causes: z.array(cause) });

export const resyncParams = z.object({ id: z.string().max(64) });
