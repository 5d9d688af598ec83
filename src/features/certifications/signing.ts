import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, compactVerify, decodeProtectedHeader, type JWK } from 'jose';
import { canonicalJson, type Manifest, manifestFormat } from '../../domain/certification';
import type { SigningKey } from '../../config/signing-key';

/** A public key as it is published and kept: JWK members only, nothing private. */
export type PublicKey = Readonly<Record<string, string>>;

/**
 * Type of the document in the signature's header: a token of another kind signed with the same key
 * isn't one.
 */
const documentType = 'resync-certification+json';

/** The public half of a private key, with its kid, for a JWKS. */
export async function publicKeyOf({ key, algorithm }: SigningKey): Promise<PublicKey> {
  const jwk = createPublicKey(key).export({ format: 'jwk' }) as Record<string, string>;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig' };
}

/** @returns the manifest as a compact JWS whose payload is its canonical JSON */
export async function signManifest(
  signing: SigningKey,
  manifest: Manifest,
): Promise<{ jws: string; kid: string }> {
  const { kid } = (await publicKeyOf(signing)) as { kid: string };
  const jws = await new CompactSign(new TextEncoder().encode(canonicalJson(manifest)))
    .setProtectedHeader({ alg: signing.algorithm, kid, typ: documentType })
    .sign(signing.key);
  return { jws, kid };
}

/** What a signed document says, and whether it is to be believed. */
export type Verified =
  | { readonly valid: true; readonly kid: string; readonly manifest: Manifest }
  | {
      readonly valid: false;
      /** In words for a person who has to act on it. */
      readonly problem: string;
      readonly kid: string | null;
      /** What it claims all the same, to look into; `null`: it can't even be read. */
      readonly claims: unknown;
    };

/** What the control database says that a manifest is of. */
interface ExpectedManifest {
  readonly certificationId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly reportingDate: string;
  readonly name: string;
}

/**
 * Checks a signed manifest against public keys: its key is among them and is the one its kid stands
 * for, its signature fits, it is a certification, and the expected one. Never throws on whatever
 * text it is given.
 */
export async function verifyManifest(
  jws: string,
  keys: readonly PublicKey[],
  expected?: ExpectedManifest,
): Promise<Verified> {
  const refuse = (problem: string, kid: string | null = null): Verified => ({
    ...{ valid: false, problem, kid, claims: claimsOf(jws) },
  });
  let header: { kid?: unknown; typ?: unknown };
  try {
    header = decodeProtectedHeader(jws);
  } catch {
    return refuse('INVALID: what is stored is not a signed document.');
  }
  const kid = typeof header.kid === 'string' ? header.kid : null;
  const key = keys.find((candidate) => candidate['kid'] === kid);
  if (kid === null || !key) return refuse('INVALID: no known key signed it.', kid);
  try {
    if ((await calculateJwkThumbprint(key)) !== kid)
      return refuse('INVALID: the public key kept under its kid is another key.', kid);
    const { payload } = await compactVerify(jws, key as JWK, { algorithms: ['EdDSA', 'ES256'] });
    const manifest = JSON.parse(new TextDecoder().decode(payload)) as Manifest;
    if (header.typ !== documentType || manifest.format !== manifestFormat)
      return refuse('INVALID: it is signed, but it is not a certification this program knows.', kid);
    if (expected && !isOf(manifest, expected))
      return refuse('INVALID: it is the manifest of another certification than it is stored for.', kid);
    return { valid: true, kid, manifest };
  } catch {
    return refuse('INVALID: the signature does not fit. It was changed after it was certified.', kid);
  }
}

function claimsOf(jws: string): unknown {
  try {
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

/** A manifest that is genuine, but was put in another one's place, is caught by this. */
function isOf(manifest: Manifest, expected: ExpectedManifest): boolean {
  return (
    manifest.certificationId === expected.certificationId &&
    manifest.district.id === expected.districtId &&
    manifest.schoolYear === expected.schoolYear &&
    manifest.reportingDate === expected.reportingDate &&
    manifest.name === expected.name
  );
}
