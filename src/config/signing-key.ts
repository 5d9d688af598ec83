import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * Signs manifests; `kid` is the thumbprint of the public key (RFC 7638), so that it can't name
 * another one.
 */
export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: SignatureAlgorithm;
}

type SignatureAlgorithm = 'EdDSA' | 'ES256';

/**
 * Reads a private key: PEM (PKCS #8; line breaks may be written \n) or a JWK; Ed25519 or P-256.
 * @throws TypeError without a word of the key
 */
export function readSigningKey(text: string): SigningKey {
  const trimmed = text.trim();
  let key: KeyObject;
  try {
    key = trimmed.startsWith('{')
      ? createPrivateKey({ key: JSON.parse(trimmed) as JsonWebKey, format: 'jwk' })
      : createPrivateKey(trimmed.replaceAll('\\n', '\n'));
  } catch {
    throw new TypeError('It is neither a PEM nor a JWK private key.');
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return { key, algorithm: 'EdDSA' };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { key, algorithm: 'ES256' };
  throw new TypeError('It must be an Ed25519 or P-256 key.');
}

/** A new Ed25519 private key as a JWK in one line, for an environment variable. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}
