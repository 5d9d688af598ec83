/**
 * JWTs of another issuer: believed after jose has checked them against the issuer's published keys.
 */
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type OidcConfig, secureUrl } from '../../config/oidc';
import { principalOfClaims } from './claims';
import type { VerifyForeign } from './authenticate';
import { Problem } from '../../http/problem';

const issuerTimeoutMs = 5_000;
/**
 * jose's codes that say: the token is at fault. Everything else is the issuer's or ours, and no
 * reason for a 401.
 */
const tokenFaults =
  /^ERR_(JWT_|JWS_|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS)/;

const discovered = z.object({ issuer: z.string(), jwks_uri: secureUrl });

/**
 * Checks signature (only the configured algorithms, only the issuer's keys), issuer, audience,
 * expiry and not-before. A token must have `exp` and `sub`. Keys are kept and asked for again when
 * an unknown one is used, so that the issuer can change them; nothing is asked before the first
 * token comes.
 * @returns a verifier that throws Problem 503 while the issuer's keys can't be had
 */
export function createOidcVerifier(config: OidcConfig): VerifyForeign {
  let keys: Promise<JWTVerifyGetKey> | null = null;
  const issuerKeys = (): Promise<JWTVerifyGetKey> => {
    keys ??= openKeys(config).catch((error: unknown) => {
      keys = null;
      throw error;
    });
    return keys;
  };
  // Only asked once jose found nothing wrong with the header: garbage doesn't make us call the
  // issuer.
  const keyOf: JWTVerifyGetKey = async (...asked) => (await issuerKeys())(...asked);
  return async (token) => {
    // jose is an ES module: this stays an import() in the compiled CommonJS, which every Node can
    // do.
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer: config.issuer,
        audience: config.audience,
        algorithms: config.algorithms,
        clockTolerance: config.clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      const { sub } = payload;
      if (typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) return null;
      return principalOfClaims({ ...payload, sub }, config.claims);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (typeof code === 'string' && tokenFaults.test(code)) return null;
      throw new Problem(503, 'The issuer of this token can’t be asked for its keys now.', [], {
        'Retry-After': '10',
      });
    }
  };
}

async function openKeys(config: OidcConfig): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose');
  return createRemoteJWKSet(new URL(config.jwksUri ?? (await discover(config.issuer))), {
    timeoutDuration: issuerTimeoutMs,
    cooldownDuration: config.keysCooldownSeconds * 1_000,
    cacheMaxAge: config.keysMaxAgeSeconds * 1_000,
  });
}

/** OpenID Connect Discovery: the document must be the issuer's own, to the letter. */
async function discover(issuer: string): Promise<string> {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(issuerTimeoutMs),
  });
  if (!answer.ok) throw new Error(`The issuer answered ${answer.status}.`);
  const document = discovered.parse(await answer.json());
  if (document.issuer !== issuer) throw new Error('The discovery document is another issuer’s.');
  return document.jwks_uri;
}
