/** What routes of registrations take and answer with. */
import { z } from 'zod';
import { databasesProblems, districtSettings } from '../../config';
import { AddressError, parseAddress } from '../../database/address';
import { count, setOf, time, version } from '../../http/schemas';
import { accountKinds, filePattern, variablePattern } from './account';
import { importStatuses, lineStatuses } from './import-store';

/** Its parts only: files of TLS in it are a worker's, and looked at there. */
const databaseUrl = z
  .string()
  .max(2_000)
  .superRefine((url, context) => {
    try {
      parseAddress(url);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      // Without what was given: a URL has the password in it.
      context.addIssue({ code: 'custom', message: error.message, input: undefined });
    }
  })
  .meta({ description: 'kept sealed, and shown to nobody again', writeOnly: true });

const account3 = z.strictObject({
  url: databaseUrl.optional(),
  file: z
    .string()
    .regex(filePattern, 'use a file name of letters, digits, dots and dashes')
    .optional()
    .meta({ description: 'name of a file with the URL, in registration.filesFolder of the worker' }),
  variable: z
    .string()
    .regex(variablePattern, 'must be a variable like DISTRICT_GRAND_BEND_URL')
    .optional()
    .meta({ description: 'environment variable of the worker that has the URL' }),
});

function isOne({ url, file, variable }: z.output<typeof account3>): boolean {
  return [url, file, variable].filter((value) => value !== undefined).length === 1;
}

const one = { error: 'give one of url, file and variable' };

/** One of three ways to say where a district's database is. */
export const account = account3
  .refine(isOne, one)
  .meta({ id: 'DistrictAccount', description: 'where the district’s database URL is: one of the three' });

const yearAccount = account3
  .extend({
    schoolYears: setOf(z.array(z.int().min(1990).max(2100)).min(1))
      .optional()
      .meta({ description: 'whose records are in it; absent, of one at most: all that no other names' }),
  })
  .refine(isOne, one)
  .meta({ id: 'DistrictYearAccount' });

const id = districtSettings.shape.id;
const rest = districtSettings.omit({ id: true });

const where = {
  database: account.optional(),
  databases: z
    .array(yearAccount)
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'instead of `database`, where school years have databases of their own' }),
};

type Given = z.output<typeof rest> & {
  readonly database?: unknown;
  readonly databases?: z.output<typeof yearAccount>[] | undefined;
};

/** Years that two databases have, or that none has, and both ways at once. */
function checkDatabases(given: Given, context: z.RefinementCtx): void {
  const { database, databases } = given;
  if (databases === undefined) return;
  const refuse = (message: string, path: readonly (string | number)[]): void =>
    context.addIssue({ code: 'custom', message, path: [...path] });
  if (database !== undefined) refuse('give one of database and databases', ['databases']);
  for (const { message, path } of databasesProblems(given, databases)) refuse(message, path);
}

export const registerBody = rest.extend({ id, ...where }).superRefine(checkDatabases);
export const changeBody = rest.extend(where).superRefine(checkDatabases);

export const registration = z
  .object({
    ...districtSettings.shape,
    origin: z
      .enum(['registered', 'configuration'])
      .meta({ description: 'whose settings hold: what was registered stands before the configuration' }),
    database: z.object({
      kind: z.enum(accountKinds).meta({ description: 'where its URL is' }),
      name: z.string().nullable().meta({ description: 'of the file or variable' }),
      problem: z
        .string()
        .nullable()
        .meta({ description: 'why the API can’t come to the URL; workers may, of files and variables' }),
      byYear: z
        .array(
          z.object({
            schoolYears: z.array(z.int()).nullable().meta({ description: 'null: all that no other has' }),
            kind: z.enum(accountKinds),
            name: z.string().nullable(),
          }),
        )
        .meta({ description: 'of several databases' }),
    }),
    version,
    changedBy: z.string().nullable(),
    changedAt: time.nullable(),
    retiredAt: time.nullable(),
  })
  .meta({ id: 'Registration' });

export const registrations = z.object({ items: z.array(registration) });

export const changeParams = z.object({ district: z.string() });

export const importBody = z.strictObject({
  csv: z.string().min(1).max(4_000_000).meta({
    description: 'a line a district, under a line with the names of the columns',
    example: 'id,number,name,schoolYear,databaseVariable\nnorth,7,North,2027,DISTRICT_NORTH_URL',
  }),
  dryRun: z.boolean().default(false).meta({ description: 'only say what would come of each line' }),
});

export const importAccepted = z.object({ importId: z.string() });

export const importParams = z.object({ id: z.string() });

export const districtImport = z
  .object({
    importId: z.string(),
    dryRun: z.boolean(),
    status: z.enum(importStatuses),
    requestedBy: z.string(),
    requestedAt: time,
    endedAt: time.nullable(),
    counts: z.object({
      lines: count,
      waiting: count,
      registered: count,
      changed: count,
      unchanged: count,
      refused: count,
    }),
    lines: z.array(
      z.object({
        line: z.int().meta({ description: 'of the file; its first is 1' }),
        districtId: z.string().nullable(),
        status: z.enum(lineStatuses),
        message: z.string().nullable().meta({ description: 'why it was refused' }),
      }),
    ),
  })
  .meta({ id: 'DistrictImport' });
