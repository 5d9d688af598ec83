import { isIP } from 'node:net';
import { tracingSchema } from './tracing';
import { z } from 'zod';
import { certificationSchema } from './certification';
import { databaseTls, databaseUrl } from './database';
import { district, type DistrictConfig, timezone } from './district';
import { oidcSchema } from './oidc';
import { retentionSchema } from './retention';
import { temporalSchema, type TemporalSettings } from './temporal';

const proxyAddress = z
  .string()
  .refine(
    (text) => ['loopback', 'linklocal', 'uniquelocal'].includes(text) || isAddressRange(text),
    'must be an IP address, a range like 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  );

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  return (
    family > 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
  );
}

/** 32 bytes, as `openssl rand -base64 32` gives them. */
const secretKey = z.string().refine((text) => Buffer.from(text, 'base64').length === 32, {
  error: 'must be 32 bytes as base64; "openssl rand -base64 32" makes them',
});

export const configSchema = z.strictObject({
  timezone: timezone
    .optional()
    .describe(
      "The state's time zone, and that of districts without one of their own: days, due dates, school years, schedules and retention follow it. Absent: days are UTC's, and the console shows times as each browser's clock.",
    ),
  stateDatabaseUrl: databaseUrl,
  stateDatabaseTls: databaseTls.optional(),
  controlDatabaseUrl: databaseUrl.describe(
    "On the state's server: a page's records, ledger row and errors are one transaction.",
  ),
  controlDatabaseTls: databaseTls
    .optional()
    .describe(
      "Absent: as stateDatabaseTls, because both are on one server. Another account's certificate and key go here.",
    ),
  temporal: temporalSchema.prefault({}),
  api: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(8080),
      trustProxy: z
        .union([z.literal(false), z.int().min(1).max(9), z.array(proxyAddress).min(1)])
        .default(false)
        .describe(
          "Whose X-Forwarded-For is believed: so many proxies before us, or their addresses. `false`: nobody's; the address that audit and limits see is the connection's.",
        ),
    })
    .prefault({}),
  health: z
    .strictObject({
      host: z
        .string()
        .default('127.0.0.1')
        .describe(
          'Of the two ports below, which ask for no token: an address that only operators and Prometheus reach.',
        ),
      apiPort: z
        .int()
        .min(0)
        .max(65535)
        .optional()
        .describe('Port of the API for /livez, /readyz and /metrics. Absent: the API has no metrics.'),
      workerPort: z
        .int()
        .min(0)
        .max(65535)
        .optional()
        .describe('The same of a worker. Absent: it listens nowhere.'),
    })
    .prefault({}),
  tracing: tracingSchema
    .optional()
    .describe(
      'Present: traces go to a collector of OpenTelemetry (docs/operations.md). Absent: none are made.',
    ),
  auth: z
    .strictObject({
      oidc: oidcSchema
        .optional()
        .describe(
          'People and services that another issuer vouches for, by JWT. Absent: only our own tokens.',
        ),
    })
    .prefault({}),
  copy: z
    .strictObject({
      rangeRecords: z
        .int()
        .min(100)
        .max(5_000_000)
        .default(100_000)
        .describe("Records of one range, the work of one activity (perf: 100,000 hides Temporal's latency)."),
      pageRecords: z
        .int()
        .min(1)
        .max(20_000)
        .default(5_000)
        .describe('Records of one page, one transaction (perf: 1,000 to 5,000).'),
      lanes: z
        .int()
        .min(1)
        .max(64)
        .default(2)
        .describe("Ranges a worker moves at the same time: the state server's free cores."),
      rangesInFlight: z
        .int()
        .min(1)
        .max(500)
        .default(4)
        .describe('Ranges of one object queued at the same time.'),
      districtLoadCeiling: z
        .int()
        .min(0)
        .max(100_000)
        .default(0)
        .describe(
          "Statements running on the district's server (Threads_running) above which pages wait. 0: never wait.",
        ),
    })
    .prefault({}),
  scenarios: z
    .strictObject({
      acceptedColors: z
        .array(z.enum(['green', 'yellow', 'red']))
        .min(1)
        .default(['green', 'yellow'])
        .describe(
          'Colors of a full resync with which its year may be ended without the state accepting it (ADR 7).',
        ),
      judgedColor: z
        .enum(['withoutExclusions', 'all'])
        .default('withoutExclusions')
        .describe(
          'Which color of the full resync it is: the one without expected exclusions and what hangs below them, or that of all errors.',
        ),
      schoolYearStart: z
        .string({ error: 'must be a text: put it in quotes' })
        .regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/, 'must be month and day as MM-DD, up to MM-28')
        .default('07-01')
        .describe(
          'The day, MM-DD, on which a school year begins and the one before it is over. Scores are of a year by it, and end-of-year resyncs are due by it.',
        ),
      endOfYearDueDays: z
        .int()
        .min(0)
        .max(365)
        .default(30)
        .describe(
          'Days before the school year ends from which a scoped year without its accepted full resync is due, and said to be so.',
        ),
      startOfYearDueDays: z
        .int()
        .min(0)
        .max(365)
        .default(14)
        .describe('Days after a switch of the scoped year by whose end the start-of-year resync is due.'),
    })
    .prefault({}),
  stateRequests: z
    .strictObject({
      districtsInFlight: z
        .int()
        .min(1)
        .max(500)
        .default(20)
        .describe('Districts of one request that their agents have at the same time.'),
      windowHours: z
        .number()
        .positive()
        .max(2_160)
        .default(24)
        .describe('How long a request without a window of its own keeps trying to reach a district.'),
      minPollMs: z
        .int()
        .min(50)
        .max(60_000)
        .default(1_000)
        .describe('Shortest and longest wait between two looks at the districts in flight.'),
      maxPollMs: z.int().min(50).max(600_000).default(30_000),
    })
    .prefault({}),
  safety: z
    .strictObject({
      shrunkPercent: z
        .number()
        .min(0)
        .max(100)
        .default(50)
        .describe(
          'An object whose district lost more than this share of the records that the state holds ends red (SHRUNK), unless the request accepts it.',
        ),
      updatedPercent: z
        .number()
        .min(0)
        .max(100)
        .default(50)
        .describe(
          'An object of which more than this share of the records would be updated is held before that (UPDATES_HELD), unless the request accepts it.',
        ),
    })
    .prefault({}),
  removals: z
    .strictObject({
      thresholdPercent: z
        .number()
        .min(0)
        .max(100)
        .default(10)
        .describe(
          "More gone records than this share of an object's records at the state wait for an approval.",
        ),
      approvalHours: z
        .number()
        .positive()
        .max(720)
        .default(72)
        .describe('How long a run waits for it; then nothing above the threshold is removed.'),
    })
    .prefault({}),
  notices: z
    .strictObject({
      secretKey: secretKey
        .optional()
        .describe(
          'Seals the secrets of webhooks at rest: 32 bytes, base64. Absent: they are stored readable.',
        ),
      allowPrivateAddresses: z
        .boolean()
        .default(false)
        .describe('Webhooks may lead to private, loopback and link-local addresses.'),
      allowPlainHttp: z.boolean().default(false).describe('Webhooks may be http://.'),
      drift: z
        .strictObject({
          leastRecords: z
            .int()
            .min(1)
            .default(1)
            .describe('Records that a scheduled verification must find different before it is told.'),
          onlyOnIncrease: z
            .boolean()
            .default(false)
            .describe('Told only where it found more than the scheduled verification before it.'),
        })
        .prefault({})
        .describe('When the drift that a scheduled verification finds becomes an alert.'),
      smtp: z
        .strictObject({
          url: z.string().regex(/^smtps?:\/\//, 'must look like smtps://user:password@host:port'),
          from: z.email(),
        })
        .optional()
        .describe('Absent: no e-mail is sent.'),
    })
    .prefault({}),
  certification: certificationSchema.prefault({}),
  retention: retentionSchema
    .prefault({})
    .describe('How long what the service writes down is kept (docs/operations.md).'),
  catalogFile: z
    .string()
    .optional()
    .describe("File that replaces the built-in catalog of the specification's 62 objects."),
  districts: z
    .array(district)
    .default([])
    .describe('Districts that are there from the start; others are registered while the service runs.'),
  registration: z
    .strictObject({
      secretKey: secretKey
        .optional()
        .describe(
          'Seals the database accounts of registered districts at rest, the same for API and workers: 32 bytes, base64. Absent: none is taken, only references to files and variables of the worker.',
        ),
      formerKeys: z
        .array(secretKey)
        .default([])
        .describe('Keys of before, which open what they sealed; nothing is sealed with them any more.'),
      filesFolder: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Folder of the worker in which files with database URLs are, one a district. Absent: no file can be referred to.',
        ),
    })
    .prefault({})
    .describe('Districts as data (docs/operations.md).'),
});

/** A configuration whose every setting has its value. */
export type Config = Omit<z.output<typeof configSchema>, 'temporal' | 'districts'> & {
  readonly districts: readonly DistrictConfig[];
  readonly temporal: TemporalSettings;
  /** Ids of districts that were retired: what they sent is at the state still. */
  readonly retiredDistricts?: readonly string[];
  /** Where `districts` has those that were registered: the configuration's own. */
  readonly configuredDistricts?: readonly DistrictConfig[];
};
