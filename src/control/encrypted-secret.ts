import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A secret that can't be read with the key that is configured. */
export class EncryptedSecretError extends Error {
  override readonly name = 'EncryptedSecretError';
}

/**
 * A secret as it is stored: AES-256-GCM with the key, or readable when there is none.
 * @param key 32 bytes; `null`: none is configured
 */
export function encryptSecret(secret: string, key: Buffer | null): string {
  if (key === null) return `plain:${secret}`;
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const encrypted = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final()]);
  return `gcm:${Buffer.concat([encrypted, cipher.getAuthTag()]).toString('base64')}`;
}

/**
 * The secret of a stored text.
 * @param keys of which one has sealed it; none: nothing sealed can be opened
 * @param setting where the keys are configured, for the message
 * @throws EncryptedSecretError when no key is the one it was sealed with
 */
export function decryptSecret(stored: string, keys: readonly Buffer[], setting: string): string {
  if (stored.startsWith('plain:')) return stored.slice('plain:'.length);
  if (keys.length === 0)
    throw new EncryptedSecretError(`${setting} is not configured, and a secret was sealed with it.`);
  const bytes = Buffer.from(stored.slice('gcm:'.length), 'base64');
  for (const key of keys) {
    const opened = openedWith(key, bytes);
    if (opened !== null) return opened;
  }
  throw new EncryptedSecretError(`${setting} is not the key that the secret was sealed with.`);
}

function openedWith(key: Buffer, bytes: Buffer): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
