/**
 * Seals what Temporal keeps of workflows and activities: AES-256-GCM, with the id of the key beside
 * it. The form is that of Temporal's own samples: a whole payload within `binary/encrypted`.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

const PayloadMessage = temporal.api.common.v1.Payload;

/** Keys by their ids, base64, and the id of the one that seals. */
export interface CodecKeys {
  readonly keyId: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** A payload can't be opened; the message names the key, never what is sealed. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

const [ivBytes, tagBytes] = [12, 16];
const encrypted = 'binary/encrypted';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | null | undefined): string => new TextDecoder().decode(value ?? undefined);

/** What isn't sealed is taken as it is: histories from before there was a key go on. */
class SealingCodec implements PayloadCodec {
  constructor(private readonly keys: CodecKeys) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    const { keyId } = this.keys;
    const key = this.keyOf(keyId);
    return Promise.resolve(
      payloads.map((payload) => {
        const iv = randomBytes(ivBytes);
        const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bytes(keyId));
        const sealed = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
        return {
          metadata: { encoding: bytes(encrypted), 'encryption-key-id': bytes(keyId) },
          data: Buffer.concat([iv, ...sealed, cipher.getAuthTag()]),
        };
      }),
    );
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => this.open(payload)));
  }

  private open(payload: Payload): Payload {
    if (text(payload.metadata?.['encoding']) !== encrypted) return payload;
    const keyId = text(payload.metadata?.['encryption-key-id']);
    const key = this.keyOf(keyId);
    const data = Buffer.from(payload.data ?? []);
    try {
      const cipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, ivBytes))
        .setAAD(bytes(keyId))
        .setAuthTag(data.subarray(-tagBytes));
      const opened = [cipher.update(data.subarray(ivBytes, -tagBytes)), cipher.final()];
      return PayloadMessage.decode(Buffer.concat(opened));
    } catch {
      throw new CodecError(`A payload was not sealed with the key "${keyId}" that is configured here.`);
    }
  }

  private keyOf(keyId: string): Buffer {
    const key = this.keys.keys[keyId];
    if (key === undefined)
      throw new CodecError(
        `A payload is sealed with the key "${keyId}", which is none of temporal.codec.keys here.`,
      );
    return Buffer.from(key, 'base64');
  }
}

/** `null`: nothing is sealed. */
export function payloadCodec(keys: CodecKeys | undefined): PayloadCodec | null {
  return keys === undefined ? null : new SealingCodec(keys);
}

/** For the API's client and the workers, alike. */
export function dataConverterOf({ codec }: { readonly codec?: CodecKeys }): {
  dataConverter?: DataConverter;
} {
  const sealing = payloadCodec(codec);
  return sealing === null ? {} : { dataConverter: { payloadCodecs: [sealing] } };
}
