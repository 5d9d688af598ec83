/** What the configuration says of a district. */
import { z } from 'zod';
import { distinct } from '../domain/distinct';
import { onOneLine, unseen, wellFormed } from '../domain/seen-text';
import { asIanaHasIt, isTimeZone } from '../domain/time-zone';
import { databaseTls, databaseUrl } from './database';
import { yearDatabase } from './district-databases';
import { regionSchema } from './region';
import { databasesProblems, type YearDatabase } from './year-databases';

/**
 * Objects of a school year beside the current one; each must be tied to a school year
 * (src/deployment.ts).
 */
const yearList = z.strictObject({
  objects: z.array(z.string()).min(1, 'name at least one object').overwrite(distinct),
});

const objects = z.array(z.string()).overwrite(distinct);

/** The name of a time zone, as IANA writes it. */
export const timezone = z
  .string()
  .overwrite(asIanaHasIt)
  .refine(isTimeZone, 'must be an IANA time zone, e.g. America/Chicago');

/** What is said of a district, but for its database. */
export const districtSettings = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use lower-case letters, digits and dashes')
    .describe('Id in URLs, workflow ids and the control database.'),
  number: z.int().positive().describe("The district's number in the state's tenant column."),
  code: z
    .string({ error: 'must be a text: put it in quotes' })
    .regex(
      /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/,
      'use 1 to 64 ASCII characters, no space at the ends',
    )
    .optional()
    .describe(
      "The district's code, exactly as the state writes it, where the state's tenant column is a text. Absent: objects with such a column aren't sent.",
    ),
  name: z.string().min(1).max(120).regex(onOneLine, unseen).refine(wellFormed, unseen),
  state: z
    .string()
    .min(2)
    .max(3)
    .optional()
    .describe(
      'Postal code of the state, or BIE; objects of other states are left out. Absent: all objects are offered.',
    ),
  schoolYear: z
    .int()
    .min(1990)
    .max(2100)
    .describe(
      'Scoped school year at first (the year in which it ends); once it was switched, the control database has it.',
    ),
  timezone: timezone
    .optional()
    .describe("Where the district is, by whose clocks its days are told. Absent: the state's."),
  objects: z
    .strictObject({ enabled: objects.default([]), disabled: objects.default([]) })
    .default({ enabled: [], disabled: [] })
    .describe("Objects on or off for this district, beyond the catalog's default."),
  previousYear: yearList
    .optional()
    .describe(
      'Present: the district also resyncs these objects in the year before, or after, the scoped one.',
    ),
  nextYear: yearList.optional(),
});

/** All that a configuration says of a district. */
export const district = districtSettings
  .extend({
    databaseUrl: databaseUrl.optional().describe('Its database. One of this and `databases` is given.'),
    databaseTls: databaseTls.optional(),
    databases: z
      .array(yearDatabase)
      .min(1)
      .optional()
      .describe('Its databases, where school years have their own (docs/operations.md).'),
    region: regionSchema
      .optional()
      .describe(
        "Present: `databaseUrl` holds the district's views of its region's edition (docs/operations.md).",
      ),
  })
  .superRefine((given, context) => {
    const refuse = (message: string, path: readonly (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path: [...path] });
    const { databases } = given;
    if ((given.databaseUrl === undefined) === (databases === undefined))
      refuse('give one of databaseUrl and databases', ['databaseUrl']);
    if (databases === undefined) return;
    for (const { message, path } of databasesProblems(given, databases)) refuse(message, path);
    if (given.databaseTls !== undefined) refuse('name it with each of databases', ['databaseTls']);
    if (given.region !== undefined) refuse('a district of a region has one database', ['databases']);
  });

export type DistrictConfig = Omit<z.output<typeof district>, 'databaseUrl' | 'databases'> & {
  /** With `databases`, that of the scoped year at first. */
  readonly databaseUrl: string;
  readonly databases?: readonly YearDatabase[] | undefined;
  /** Why its database isn't known to this process; then `databaseUrl` is empty. */
  readonly whyNoDatabase?: string;
};
export type DistrictSettings = z.output<typeof districtSettings>;
