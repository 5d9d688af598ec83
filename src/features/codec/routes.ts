import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { CodecError, payloadCodec } from '../../temporal/payload-codec';

/** As in Temporal's own JSON: bytes in base64. */
const payload = z
  .strictObject({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') })
  .meta({ id: 'Payload' });
const payloads = z.strictObject({ payloads: z.array(payload).max(10_000) }).meta({ id: 'Payloads' });
type Payloads = z.output<typeof payloads>;

const example: Payloads = {
  payloads: [{ metadata: { encoding: base64(Buffer.from('json/plain')) }, data: base64(Buffer.from('7')) }],
};

/**
 * POST /codec/decode, /codec/encode: what Temporal Web and the `temporal` CLI ask to show payloads
 * that are sealed. Without a codec they come back as they are.
 */
export function codecRoutes({ config }: ApiContext): RouteSpec[] {
  const codec = payloadCodec(config.temporal.codec);
  const answer = async (
    body: Payloads,
    work: ((found: Payload[]) => Promise<Payload[]>) | undefined,
  ): Promise<Payloads> => {
    const found = body.payloads.map(toBytes);
    try {
      return { payloads: (work === undefined ? found : await work(found)).map(toText) };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new Problem(422, error.message);
    }
  };
  const head = {
    method: 'post',
    right: 'administration',
    stateOnly: true,
    tag: 'About',
    body: payloads,
    example,
    responses: { 200: { description: 'As many payloads, in their order', schema: payloads } },
  } as const;
  return [
    route({
      ...head,
      audit: false,
      operationId: 'decodePayloads',
      path: '/codec/decode',
      summary: 'Payloads of Temporal, opened; for `temporal --codec-endpoint` and Temporal Web',
      handler: ({ body }) => answer(body, codec?.decode.bind(codec)),
    }),
    route({
      ...head,
      audit: false,
      operationId: 'encodePayloads',
      path: '/codec/encode',
      summary: 'Payloads of Temporal, sealed',
      handler: ({ body }) => answer(body, codec?.encode.bind(codec)),
    }),
  ];
}

function toBytes({ metadata, data }: z.output<typeof payload>): Payload {
  const pairs = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return {
    metadata: Object.fromEntries(pairs) as Record<string, Uint8Array>,
    data: Buffer.from(data, 'base64'),
  };
}

function toText({ metadata, data }: Payload): z.output<typeof payload> {
  const pairs = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return {
    metadata: Object.fromEntries(pairs) as Record<string, string>,
    data: base64(data ?? new Uint8Array()),
  };
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
