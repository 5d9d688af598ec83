/** The section temporal of the configuration. */
import { z } from 'zod';
import { tlsFiles } from './database';

const keyId = z.string().regex(/^[\w.-]{1,64}$/, 'use letters, digits, dots, dashes and underscores');

/** Keys that seal what Temporal keeps; see src/temporal/payload-codec.ts. */
const codecSchema = z
  .strictObject({
    keyId: keyId.describe('The key that new payloads are sealed with: one of `keys`.'),
    keys: z
      .record(
        keyId,
        z.string().refine((text) => Buffer.from(text, 'base64').length === 32, {
          error: 'must be 32 bytes as base64; "openssl rand -base64 32" makes them',
        }),
      )
      .describe(
        'Keys by their ids, each by reference to the environment. Old ones stay as long as Temporal keeps what they sealed.',
      ),
  })
  .superRefine((codec, context) => {
    if (!(codec.keyId in codec.keys))
      context.addIssue({ code: 'custom', path: ['keyId'], message: 'is none of the keys', input: undefined });
  });

export const temporalSchema = z.strictObject({
  address: z
    .string()
    .min(1)
    .optional()
    .describe('`host:port`. Absent: as the profile says, else `127.0.0.1:7233`.'),
  namespace: z.string().min(1).optional().describe('Absent: as the profile says, else `default`.'),
  taskQueue: z.string().default('resync'),
  webUrl: z.url().optional(),
  profile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Profile of the `temporal` CLI's file to connect by. Absent: `TEMPORAL_PROFILE`; else `default`, which is read only where this section says neither address nor tls nor apiKey.",
    ),
  configFile: z
    .string()
    .min(1)
    .optional()
    .describe('That file. Absent: `TEMPORAL_CONFIG_FILE`, else where the `temporal` CLI has it.'),
  tls: tlsFiles
    .optional()
    .describe(
      'Present: the connection is encrypted and the server is who it says, or there is no connection (docs/servers.md).',
    ),
  apiKey: z
    .string()
    .min(1)
    .optional()
    .describe('By reference to the environment. The connection is encrypted with it, whatever else is said.'),
  buildId: keyId
    .optional()
    .describe(
      'Present: workers say that they are this build, and a run ends under the build that it began with (docs/operations.md). Absent: the workers of all builds do the same work.',
    ),
  codec: codecSchema
    .optional()
    .describe(
      'Present: what workflows and activities give each other is sealed by AES-256-GCM before Temporal gets it (docs/servers.md). The same for the API and all workers.',
    ),
});

/** How Temporal is reached, and what is asked of it. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly webUrl?: string | undefined;
  /** Texts in PEM form. Absent: the connection isn't encrypted. */
  readonly tls?: {
    /** Absent: the authorities that this machine trusts. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    /** Name that the server's certificate must have; absent: the host of the address. */
    readonly serverName?: string;
  };
  readonly apiKey?: string;
  /** Sent with each call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of this worker's build. Absent: workers aren't told apart. */
  readonly buildId?: string | undefined;
  /** Absent: Temporal keeps payloads readable. */
  readonly codec?: { readonly keyId: string; readonly keys: Readonly<Record<string, string>> };
}
