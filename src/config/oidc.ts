/**
 * The section auth.oidc of the configuration: which JWTs are believed, and what their claims mean
 * here.
 */
import { z } from 'zod';
import { levels, toolRights } from '../domain/rights';

/** Only asymmetric signatures: with an HMAC the issuer's public key would be the secret. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

/** Keys and discovery come over a line nobody can change on the way. */
export const secureUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => text.startsWith('https:') || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(text),
    'must be https (http only for this machine itself)',
  );

/** A claim's name; one inside another claim is written with dots, e.g. realm_access.roles. */
const claim = z.string().min(1).max(200);

const claims = z.strictObject({
  name: claim.default('name').describe('What people read; without it the subject.'),
  level: z
    .strictObject({
      claim: claim.default('resync_level'),
      values: z
        .record(z.string(), z.enum(levels))
        .default({ district: 'district', state: 'state' })
        .describe("What a value of the claim means here. Of several the state's counts."),
    })
    .prefault({}),
  districts: z
    .strictObject({
      claim: claim.default('resync_districts'),
      values: z
        .record(z.string(), z.string())
        .optional()
        .describe('District ids here by the values of the claim. Absent: the values are ids.'),
    })
    .prefault({}),
  schools: claim
    .default('resync_schools')
    .describe('Keys of schools of its one district, whose errors are all that it sees. Absent: no limit.'),
  rights: z
    .strictObject({
      claim: claim.default('resync_rights'),
      values: z
        .record(z.string(), z.array(z.enum(toolRights)))
        .optional()
        .describe(
          'Tool rights by the values of the claim, e.g. of a role. Absent: the values are tool rights.',
        ),
    })
    .prefault({}),
});

export const oidcSchema = z.strictObject({
  issuer: secureUrl.describe('As the `iss` of the tokens, to the letter.'),
  audience: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('One of these must be in the `aud` of the tokens.'),
  jwksUri: secureUrl
    .optional()
    .describe(
      "Where the issuer's public keys are. Absent: found by the issuer's /.well-known/openid-configuration.",
    ),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'ES256']),
  clockToleranceSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe("How far the issuer's clock may be off."),
  keysMaxAgeSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('A key that the issuer withdrew is believed at most so long.'),
  keysCooldownSeconds: z
    .int()
    .min(0)
    .max(3_600)
    .default(30)
    .describe('Unknown keys make us ask the issuer again, but not more often than this.'),
  claims: claims.prefault({}),
  console: z
    .strictObject({
      clientId: z.string().min(1).describe('As the issuer knows the console.'),
      clientSecret: z
        .string()
        .min(1)
        .optional()
        .describe('Absent: a public client, whose codes PKCE alone protects. Write it as ${NAME}.'),
      scopes: z
        .string()
        .regex(/(^| )openid( |$)/, 'must contain openid')
        .default('openid profile')
        .describe('What is asked for; the claims above have to be in the ID token.'),
      name: z.string().min(1).max(60).default('your organization').describe('“Sign in with …”.'),
      redirectUri: secureUrl
        .optional()
        .describe(
          'Of the callback, as the issuer has it. Absent: /api/v1/sign-in/oidc/callback of the address that was asked.',
        ),
    })
    .optional()
    .describe('Sign-in to the console by this issuer (code with PKCE). Absent: by tokens only.'),
});

export type OidcConfig = z.output<typeof oidcSchema>;
