/** Certifications as the API takes and shows them. */
import { z } from 'zod';
import { driftResults } from '../../domain/certification';
import {
  dayGiven,
  level,
  pageOf,
  pageQuery,
  schoolYear,
  time,
  timeOrder,
  typedName,
} from '../../http/schemas';

/**
 * The furthest place on earth is 14 hours ahead: what is no day anywhere yet can't be reported for.
 */
const furthestZoneMs = 14 * 3_600_000;

export const certificationBody = z
  .strictObject({
    district: z.string().max(63),
    schoolYear: schoolYear.optional().meta({ description: 'default: the district’s scoped year' }),
    reportingDate: dayGiven
      .refine((day) => Date.parse(day) <= Date.now() + furthestZoneMs, 'is a day that has not come yet')
      .meta({ description: 'the date the state reports for' }),
    name: typedName(120).meta({ example: 'Fall membership count' }),
  })
  .meta({ id: 'CertificationRequest' });

export const certificationAccepted = z
  .object({ certificationId: z.string(), status: z.string(), replayed: z.boolean() })
  .meta({ id: 'CertificationAccepted' });

export const certification = z
  .object({
    certificationId: z.string(),
    districtId: z.string(),
    schoolYear: z.int(),
    reportingDate: z.string().meta({ format: 'date' }),
    name: z.string(),
    certifiedBy: level,
    requestedBy: z.string(),
    status: z.enum(['accepted', 'waiting', 'certified', 'failed']),
    message: z.string().nullable(),
    objects: z.int().nullable(),
    records: z.int().nullable(),
    requestedAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'Certification' });

const count = z.object({ records: z.int(), checksum: z.string().meta({ description: '64 hex digits' }) });
const place = {
  school: z.string().nullable().meta({ description: 'key of the school as text; null: of no one school' }),
  schoolYear: z.int().nullable().meta({ description: 'null: not tied to a school year' }),
};

const manifest = z
  .object({
    format: z.string(),
    checksum: z.string(),
    certificationId: z.string(),
    name: z.string(),
    district: z.object({ id: z.string(), number: z.int(), name: z.string() }),
    schoolYear: z.int(),
    reportingDate: z.string(),
    certifiedBy: level,
    measuredAt: time.meta({ description: 'the instant at which everything was counted' }),
    newestResync: z.object({ resyncId: z.string(), initiator: level, endedAt: time }).nullable(),
    catalog: z.string(),
    records: z.int(),
    objects: z.array(
      z.object({
        object: z.string(),
        table: z.string(),
        columns: z.array(z.object({ name: z.string(), type: z.string() })),
        schoolPath: z.array(z.string()).nullable(),
        counts: z.array(count.extend(place)),
      }),
    ),
  })
  .meta({ id: 'CertificationManifest' });

export const certificationWithManifest = certification
  .extend({
    verified: z.boolean().nullable().meta({ description: 'null: nothing is certified yet' }),
    problem: z.string().nullable().meta({ description: 'why the signature is not valid' }),
    kid: z.string().nullable(),
    manifest: manifest.nullable().meta({ description: 'null unless the signature fits' }),
  })
  .meta({ id: 'CertificationWithManifest' });

export const jwks = z
  .object({ keys: z.array(z.record(z.string(), z.string())) })
  .meta({ id: 'JsonWebKeySet' });

export const drift = z
  .object({
    driftId: z.string(),
    certificationId: z.string(),
    initiator: level,
    requestedBy: z.string(),
    status: z.enum(['accepted', 'waiting', 'finished', 'failed']),
    message: z.string().nullable(),
    counts: z
      .object({ equal: z.int(), changed: z.int(), new: z.int(), gone: z.int(), incomparable: z.int() })
      .nullable()
      .meta({ description: 'objects, schools and years by result' }),
    measuredAt: time.nullable(),
    requestedAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'CertificationDrift' });

const driftRow = z.object({
  object: z.string(),
  ...place,
  result: z.enum(driftResults),
  why: z.string().nullable(),
  certified: count.nullable(),
  today: count.nullable(),
});

export const driftWithRows = drift.extend(pageOf(driftRow).shape).meta({ id: 'CertificationDriftWithRows' });

export const certificationParams = z.object({ id: z.string().max(64) });
export const driftParams = certificationParams.extend({ drift: z.string().max(64) });
export const certificationsQuery = z.strictObject({
  ...timeOrder,
  ...pageQuery,
  district: z.string().max(63).optional(),
});
export const certificationPage = pageOf(certification);
export const driftList = z.object({ items: z.array(drift) });
export const driftQuery = z.strictObject(pageQuery);
