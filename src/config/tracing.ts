import { z } from 'zod';

/** Where traces go. */
export const tracingSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Where spans are posted, by OTLP over HTTP, e.g. http://127.0.0.1:4318/v1/traces.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Sent with them, e.g. a key of the collector, by reference to the environment.'),
  samplePercent: z
    .number()
    .min(0)
    .max(100)
    .default(100)
    .describe('Share of requests that are traced, but for those whose caller says it with `traceparent`.'),
});

export type TracingConfig = z.output<typeof tracingSchema>;
