import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, compactVerify, decodeProtectedHeader, type JWK } from 'jose';
import { canonicalJson, type Manifest, manifestFormat } from '../../domain/certification';
import type { SigningKey } from '../../config/signing-key';

/** A public key as it is published and kept: JWK members only, nothing private. */
export type PublicKey = Readonly<Record<string, string>>;

/**
 * Types of documents in the signature's header: one of another kind signed with the same key isn't
 * a certification.
 */
const documentTypes = {
  certification: 'resync-certification+json',
  requestReport: 'resync-request-report+json',
} as const;
type DocumentKind = keyof typeof documentTypes;

/** The public half of a private key, with its kid, for a JWKS. */
export async function publicKeyOf({ key, algorithm }: SigningKey): Promise<PublicKey> {
  const jwk = createPublicKey(key).export({ format: 'jwk' }) as Record<string, string>;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig' };
}

/** @returns the manifest as a compact JWS whose payload is its canonical JSON */
export function signManifest(signing: SigningKey, manifest: Manifest): Promise<Signed> {
  return sign(signing, 'certification', manifest);
}

/** The same of the closing report of a state's request. */
export function signRequestReport(signing: SigningKey, report: object): Promise<Signed> {
  return sign(signing, 'requestReport', report);
}

interface Signed {
  readonly jws: string;
  readonly kid: string;
}

async function sign(signing: SigningKey, kind: DocumentKind, document: object): Promise<Signed> {
  const { kid } = (await publicKeyOf(signing)) as { kid: string };
  const jws = await new CompactSign(new TextEncoder().encode(canonicalJson(document)))
    .setProtectedHeader({ alg: signing.algorithm, kid, typ: documentTypes[kind] })
    .sign(signing.key);
  return { jws, kid };
}

/** Why a document isn't to be believed. */
interface Refused {
  readonly valid: false;
  /** In words for a person who has to act on it. */
  readonly problem: string;
  readonly kid: string | null;
  /** What it claims all the same, to look into; `null`: it can't even be read. */
  readonly claims: unknown;
}

/** What a signed document says, and whether it is to be believed. */
export type Verified = { readonly valid: true; readonly kid: string; readonly manifest: Manifest } | Refused;

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
  const opened = await open(jws, keys, 'certification');
  if (!opened.valid) return opened;
  const { kid, document } = opened;
  const manifest = document as Manifest;
  if (manifest.format !== manifestFormat) return refuse(jws, notOfKind.certification, kid);
  if (expected && !isOf(manifest, expected))
    return refuse(jws, 'INVALID: it is the manifest of another certification than it is stored for.', kid);
  return { valid: true, kid, manifest };
}

/** The same of the closing report of a state's request. */
export function verifyRequestReport(jws: string, keys: readonly PublicKey[]): Promise<Opened> {
  return open(jws, keys, 'requestReport');
}

type Opened = { readonly valid: true; readonly kid: string; readonly document: unknown } | Refused;

const notOfKind: Readonly<Record<DocumentKind, string>> = {
  certification: 'INVALID: it is signed, but it is not a certification this program knows.',
  requestReport: 'INVALID: it is signed, but it is not the closing report of a request.',
};

const changed: Readonly<Record<DocumentKind, string>> = {
  certification: 'INVALID: the signature does not fit. It was changed after it was certified.',
  requestReport: 'INVALID: the signature does not fit. It was changed after it was signed.',
};

function refuse(jws: string, problem: string, kid: string | null = null): Refused {
  return { valid: false, problem, kid, claims: claimsOf(jws) };
}

async function open(jws: string, keys: readonly PublicKey[], kind: DocumentKind): Promise<Opened> {
  let header: { kid?: unknown; typ?: unknown };
  try {
    header = decodeProtectedHeader(jws);
  } catch {
    return refuse(jws, 'INVALID: what is stored is not a signed document.');
  }
  const kid = typeof header.kid === 'string' ? header.kid : null;
  const key = keys.find((candidate) => candidate['kid'] === kid);
  if (kid === null || !key) return refuse(jws, 'INVALID: no known key signed it.', kid);
  try {
    if ((await calculateJwkThumbprint(key)) !== kid)
      return refuse(jws, 'INVALID: the public key kept under its kid is another key.', kid);
    const { payload } = await compactVerify(jws, key as JWK, { algorithms: ['EdDSA', 'ES256'] });
    const document: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (header.typ !== documentTypes[kind]) return refuse(jws, notOfKind[kind], kid);
    return { valid: true, kid, document };
  } catch {
    return refuse(jws, changed[kind], kid);
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
