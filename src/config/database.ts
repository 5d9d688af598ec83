import { z } from 'zod';
import { AddressError, parseAddress, withTls } from '../database/address';
import { databaseOfYear, type YearDatabase } from './year-databases';
import { readTls, TlsError, type TlsFiles } from '../database/tls';

/** Where a database is, and, in its parameters, the files of TLS. */
export const databaseUrl = z.string().superRefine((url, context) => {
  try {
    const { tls, database } = parseAddress(url);
    if (database === '') throw new AddressError('names no database behind the host');
    if (tls !== null) readTls(tls);
  } catch (error) {
    if (error instanceof AddressError) return context.addIssue({ code: 'custom', message: error.message });
    if (!(error instanceof TlsError)) throw error;
    context.addIssue({ code: 'custom', message: `tls-${error.field} ${error.message}` });
  }
});

/** Names of the files of TLS, of which any that is wrong is refused. */
export const tlsFiles = z
  .strictObject({
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "PEM file of the authority that signed the server's certificate. Absent: those that Node.js trusts.",
      ),
    cert: z.string().min(1).optional().describe('PEM file of our client certificate, with `key`.'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file of its private key, without a passphrase, readable by the service only.'),
    serverName: z
      .string()
      .min(1)
      .optional()
      .describe("Name that the server's certificate must have. Absent: the host of the URL."),
  })
  .superRefine((files, context) => {
    try {
      readTls(files);
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      context.addIssue({ code: 'custom', path: [error.field], message: error.message });
    }
  });

/** The same as a section of its own. */
export const databaseTls = tlsFiles.describe(
  'Present: the connection is encrypted and the server is who it says, or there is no connection (docs/servers.md).',
);

interface OneDatabase {
  readonly databaseUrl: string;
  readonly databaseTls?: TlsFiles | undefined;
  readonly schoolYears?: readonly number[] | undefined;
}

interface Databases {
  readonly stateDatabaseUrl: string;
  readonly stateDatabaseTls?: TlsFiles | undefined;
  readonly controlDatabaseUrl: string;
  readonly controlDatabaseTls?: TlsFiles | undefined;
  readonly districts: readonly {
    readonly schoolYear: number;
    readonly databaseUrl?: string | undefined;
    readonly databaseTls?: TlsFiles | undefined;
    readonly databases?: readonly OneDatabase[] | undefined;
    readonly region?: { readonly editionUrl?: string | undefined } | undefined;
  }[];
}

/** A district with a URL, whether or not it has several. */
type Folded<District> = Omit<District, 'databaseUrl'> & { readonly databaseUrl: string };

/**
 * Puts the sections into the URLs: whoever has a database's URL reaches it as it must be reached.
 * Of several databases of a district the one of its school year is the one that it has.
 */
export function foldTls<T extends Databases>(
  config: T,
): Omit<T, 'districts'> & { readonly districts: Folded<T['districts'][number]>[] } {
  const { stateDatabaseTls, controlDatabaseTls = stateDatabaseTls } = config;
  return {
    ...config,
    stateDatabaseUrl: folded(config.stateDatabaseUrl, stateDatabaseTls),
    controlDatabaseUrl: folded(config.controlDatabaseUrl, controlDatabaseTls),
    districts: config.districts.map((district) => ({
      ...district,
      ...placesOf(district),
      ...(district.region?.editionUrl !== undefined && {
        region: {
          ...district.region,
          editionUrl: folded(district.region.editionUrl, district.databaseTls),
        },
      }),
    })) as Folded<T['districts'][number]>[],
  };
}

function placesOf({
  schoolYear,
  databaseUrl: one = '',
  databaseTls: tls,
  databases,
}: Databases['districts'][number]): {
  readonly databaseUrl: string;
  readonly databases?: readonly YearDatabase[];
} {
  if (databases === undefined) return { databaseUrl: folded(one, tls) };
  const several = databases.map((each) => ({
    databaseUrl: folded(each.databaseUrl, each.databaseTls),
    ...(each.schoolYears !== undefined && { schoolYears: each.schoolYears }),
  }));
  return {
    databaseUrl: databaseOfYear({ databaseUrl: '', databases: several }, schoolYear) ?? '',
    databases: several,
  };
}

function folded(url: string, tls: TlsFiles | undefined): string {
  return tls === undefined ? url : withTls(url, tls);
}
