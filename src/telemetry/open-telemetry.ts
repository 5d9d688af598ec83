/** Traces by OpenTelemetry. Loaded where they are configured only. @see tracing */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ClientInterceptors } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { RequestHandler } from 'express';
import type { WorkTracing } from '../../activities/dependencies';
import type { Knex } from 'knex';
import type { TracingConfig } from '../config/tracing';
import { resyncWorkflowId } from '../../workflows/messages';
import { type TraceOrigin, TraceOrigins } from './trace-origins';

/** What a part of the service does for traces. */
export interface Tracing extends WorkTracing {
  /** A span for each request, of the caller's trace where it names one. */
  readonly requests: RequestHandler;
  /** Workflows that are started belong to the trace of whoever starts them. */
  readonly client: ClientInterceptors;
  /** A span for each attempt of an activity, in the trace of its workflow. */
  readonly activity: ActivityInterceptorsFactory;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

/** What is left is sent within this long when a part stops. */
const closeWithinMs = 3_000;

/** What is under way here, for whatever it starts. Of the process: parts in one share it. */
const underWay = new AsyncLocalStorage<Context>();

/** @see openTracing */
export function openTelemetry(
  { url, headers, samplePercent }: TracingConfig,
  { part, control }: { readonly part: 'api' | 'worker'; readonly control: Knex },
): Tracing {
  const ids = new KnownIds();
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ 'service.name': `resync-${part}` }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplePercent / 100) }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, headers: { ...headers } }))],
  });
  const tracer = provider.getTracer('state-data-resync');
  const origins = new TraceOrigins(control);

  const within = async <T>(span: Span, parent: Context, work: () => Promise<T>): Promise<T> => {
    try {
      return await underWay.run(trace.setSpan(parent, span), work);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: typeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  };
  const spanOf = <T>(
    name: string,
    { kind = SpanKind.INTERNAL, attributes, parent = here() }: SpanOptions,
    work: () => Promise<T>,
  ): Promise<T> => within(tracer.startSpan(name, { kind, attributes }, parent), parent, work);

  const startsWorkflow = <T>(name: string, workflowId: string, work: () => Promise<T>): Promise<T> =>
    spanOf(
      name,
      { kind: SpanKind.PRODUCER, attributes: { 'temporal.workflow.id': workflowId } },
      async () => {
        await origins.store(workflowId, traceparentOf(here()));
        return work();
      },
    );

  return {
    requests: tracedRequests((name, kind, parent) => tracer.startSpan(name, { kind }, parent)),
    client: {
      workflow: [
        {
          startWithDetails: (input, next) =>
            startsWorkflow(`start ${input.workflowType}`, input.options.workflowId, () => next(input)),
          startUpdateWithStart: (input, next) => {
            const { workflowId } = input.workflowStartOptions;
            const id = subjectOf(input.updateArgs[0]) ?? workflowId;
            return startsWorkflow(`give to ${input.workflowType}`, id, () => next(input));
          },
        },
      ],
    },
    activity: ({ info }) => ({
      inbound: {
        execute: async (input, next) => {
          const subject = subjectOf(input.args[0]) ?? info.workflowExecution?.workflowId ?? null;
          const origin = subject === null ? null : await origins.read(subject);
          const parent = origin === null || subject === null ? ROOT_CONTEXT : ofWorkflow(origin, subject);
          const attributes = { ...attributesOf(input.args[0]), 'temporal.attempt': info.attempt };
          const result = await spanOf(
            info.activityType,
            { kind: SpanKind.CONSUMER, attributes, parent },
            () => next(input),
          );
          if (info.activityType === 'finishResync' && origin !== null && subject !== null) {
            const { status, color } = result as { status: string; color: string };
            const ended = { ...attributesOf(input.args[0]), 'resync.status': status, 'resync.color': color };
            ids.next = spanIdOf(subject);
            tracer
              .startSpan('resync', { startTime: origin.storedAt, attributes: ended }, contextOf(origin))
              .end();
          }
          return result;
        },
      },
    }),
    range: ({ districtId, object, rangeNo }, work) =>
      spanOf(
        'range',
        {
          attributes: { 'resync.district': districtId, 'resync.object': object, 'resync.range': rangeNo },
        },
        work,
      ),
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeWithinMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes: Attributes;
  readonly parent?: Context;
}

const here = (): Context => underWay.getStore() ?? ROOT_CONTEXT;

const propagator = new W3CTraceContextPropagator();

function tracedRequests(start: (name: string, kind: SpanKind, parent: Context) => Span): RequestHandler {
  return (request, response, next) => {
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = start(request.method, SpanKind.SERVER, parent);
    span.setAttributes({ 'http.request.method': request.method, 'request.id': request.id as string });
    response.once('close', () => {
      // The route and never the path, which may hold the key of a record.
      const { path = 'none' } = (request.route ?? {}) as { path?: string };
      span.updateName(`${request.method} ${path}`);
      span.setAttributes({ 'http.route': path, 'http.response.status_code': response.statusCode });
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    underWay.run(trace.setSpan(parent, span), next);
  };
}

/** The run that work is of, by the id of its workflow. */
function subjectOf(work: unknown): string | null {
  const { resyncId } = (typeof work === 'object' && work !== null ? work : {}) as { resyncId?: unknown };
  return typeof resyncId === 'string' ? resyncWorkflowId(resyncId) : null;
}

/** Names and numbers of the work: never a value of a record. */
function attributesOf(work: unknown): Attributes {
  const { resyncId, districtId, object, rangeNo } = (
    typeof work === 'object' && work !== null ? work : {}
  ) as Record<string, unknown>;
  return {
    ...(typeof resyncId === 'string' && { 'resync.id': resyncId }),
    ...(typeof districtId === 'string' && { 'resync.district': districtId }),
    ...(typeof object === 'string' && { 'resync.object': object }),
    ...(typeof rangeNo === 'number' && { 'resync.range': rangeNo }),
  };
}

/** The span of what asked for a workflow. */
function contextOf({ traceparent }: TraceOrigin): Context {
  const parent = parseTraceParent(traceparent);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

/** What the activities of a run hang on: its span, which is sent at its end. Others have none. */
function ofWorkflow(origin: TraceOrigin, subject: string): Context {
  const asked = contextOf(origin);
  const parent = trace.getSpanContext(asked);
  if (parent === undefined || !subject.startsWith(resyncWorkflowId(''))) return asked;
  return trace.setSpanContext(asked, { ...parent, spanId: spanIdOf(subject) });
}

/** Every process knows the span of a run by the run's id. */
function spanIdOf(subject: string): string {
  return createHash('sha256').update(subject).digest('hex').slice(0, 16);
}

function traceparentOf(context: Context): string {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier['traceparent'] ?? '';
}

/** Types only: some messages name a record. */
function typeOf(error: unknown): string {
  if (error instanceof CancelledFailure) return 'Cancelled';
  if (error instanceof ApplicationFailure) return error.type ?? 'other';
  return error instanceof Error ? error.name : 'unknown';
}

/** Ids by chance, but where one is known before. */
class KnownIds extends RandomIdGenerator {
  /** Of the span that is started next, in the same breath. */
  next: string | null = null;

  override generateSpanId = (): string => {
    const known = this.next;
    this.next = null;
    return known ?? KnownIds.chance.generateSpanId();
  };

  private static readonly chance = new RandomIdGenerator();
}
