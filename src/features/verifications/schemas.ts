/** What the API asks and answers about verifications. */
import { z } from 'zod';
import { differenceKinds } from '../../domain/verification';
import { planRequest } from '../resyncs/schemas';
import { tableFormats } from '../../http/send-file';
import { count, level, pageOf, pageQuery, schoolYearAsked, time, timeOrder } from '../../http/schemas';

const objectName = z.string().max(64).optional();

export const verificationParams = z.object({ id: z.string().max(64) });

export const verificationRequest = planRequest
  .extend({ district: z.string().min(1).max(64) })
  .meta({ id: 'VerificationRequest' });

export const verificationStatus = z.enum([
  'accepted',
  'running',
  'waiting',
  'finished',
  'failed',
  'cancelled',
]);

export const verificationAccepted = z
  .object({
    verificationId: z.string(),
    status: verificationStatus,
    replayed: z.boolean().meta({
      description: 'true: the same Idempotency-Key had started it before, or the same words a moment ago',
    }),
  })
  .meta({ id: 'VerificationAccepted' });

const compared = z
  .object({
    districtRecords: count,
    stateRecords: count,
    missing: count.meta({ description: 'at the district, not at the state' }),
    different: count,
    extra: count.meta({ description: 'at the state, not at the district' }),
    excluded: count.meta({
      description: 'known exclusions: may not be at the state, itself or for a record above it; in no other',
    }),
  })
  .meta({ id: 'ComparedCounts' });

const predicted = z
  .object({
    inserted: count,
    updated: count,
    unchanged: count,
    excluded: count,
    blocked: count,
    failed: count,
    extra: count,
  })
  .meta({ id: 'PredictedCounts', description: 'what a resync would come to' });

export const verificationHead = z
  .object({
    verificationId: z.string(),
    districtId: z.string(),
    schoolYear: z.int(),
    objects: z.union([z.literal('all'), z.array(z.string())]),
    checkDependencies: z.boolean(),
    initiator: level,
    requestedBy: z.string(),
    kind: z.enum(['verification', 'dryRun', 'beforeResync', 'afterResync']),
    resyncId: z.string().nullable().meta({ description: 'the resync it is a part of' }),
    mode: z.literal('everything').optional().meta({ description: 'of the resync that the dry run predicts' }),
    status: verificationStatus.meta({
      description:
        'waiting: for a resync that is in the middle of an object, or for a worker with its catalog; message says which',
    }),
    equal: z.boolean().nullable().meta({
      description: 'all was compared, and nothing is missing, different or extra; known exclusions apart',
    }),
    resyncNecessary: z.boolean().nullable().meta({ description: 'a resync would insert or update records' }),
    objectsToResync: z.array(z.string()).nullable().meta({
      description:
        'the fewest objects whose resync repairs what a resync can, to be sent with checkDependencies false',
    }),
    message: z.string().nullable(),
    requestedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'VerificationHead' });

const objectResult = z
  .object({
    object: z.string(),
    position: z.int(),
    status: z.enum(['waiting', 'running', 'finished', 'failed', 'cancelled']),
    counts: compared,
    predicted,
    message: z.string().nullable(),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'VerifiedObject' });

const estimate = z
  .object({
    seconds: count,
    runs: z.int().meta({ description: 'finished runs of the district it is based on; 0: the default pace' }),
    objectsAtDefault: z.int().meta({ description: 'objects without a run of their own' }),
    defaultRecordsPerSecond: z.int(),
    text: z.string(),
  })
  .meta({ id: 'TimeEstimate' });

export const verification = verificationHead
  .extend({
    estimate: estimate.nullable().meta({ description: 'of a dry run that finished' }),
    totals: compared,
    objectResults: z.array(objectResult),
  })
  .meta({ id: 'Verification' });

const school = z
  .array(z.string())
  .nullable()
  .meta({ description: 'key of School; null: of no school, or of one that isn’t there' });

export const schoolCounts = z
  .object({ object: z.string(), school, counts: compared })
  .meta({ id: 'SchoolCounts' });

export const sample = z
  .object({
    object: z.string(),
    kind: z.enum(differenceKinds),
    key: z.array(z.string()),
    guid: z.string().nullable(),
    school,
    predictedOutcome: z
      .enum(['inserted', 'updated', 'unchanged', 'excluded', 'blocked', 'failed', 'extra'])
      .meta({ description: 'what a resync would do with it' }),
    code: z.string().nullable().meta({ description: 'why it would not be sent' }),
  })
  .meta({ id: 'VerificationSample' });

export const verificationReport = z
  .object({ verification, schools: z.array(schoolCounts), samples: z.array(sample) })
  .meta({ id: 'VerificationReport' });

export const changes = z
  .object({
    then: verificationHead.nullable().meta({ description: 'null: there is no earlier one' }),
    now: verificationHead,
    objects: z.array(
      z.object({
        object: z.string(),
        then: compared.nullable().meta({ description: 'null: not compared then' }),
        now: compared.nullable(),
      }),
    ),
  })
  .meta({ id: 'VerificationChanges' });

export const verificationsQuery = z.strictObject({
  ...timeOrder,
  ...pageQuery,
  district: z.string().max(64).optional(),
  schoolYear: schoolYearAsked,
});
export const verificationPage = pageOf(verificationHead);
export const schoolsQuery = z.strictObject({ ...pageQuery, object: objectName });
export const schoolPage = pageOf(schoolCounts);
export const samplesQuery = schoolsQuery.extend({ kind: z.enum(differenceKinds).optional() });
export const samplePage = pageOf(sample);
export const changesQuery = z.strictObject({ since: z.string().max(64).optional() });
export const reportQuery = z.strictObject({ format: z.enum(['json', ...tableFormats]).default('json') });
