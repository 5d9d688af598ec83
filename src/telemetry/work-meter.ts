import { channel } from 'node:diagnostics_channel';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WorkMeter } from '../../activities/dependencies';
import type { LanesInUse } from '../../activities/lanes';
import { countNames } from '../domain/outcome';
import { type Traffic, trafficChannel } from '../editions/connection/traffic';
import { nonRetryableTypes } from '../../workflows/activity-options';

/** What a worker does, as numbers without anything of a record. */
export interface MeteredWork extends WorkMeter {
  /** Counts the attempts of activities, how they end and how long they take. */
  readonly interceptor: (context: { readonly info: { readonly activityType: string } }) => {
    inbound: ActivityInboundCallsInterceptor;
  };
  close(): void;
}

/** @param lanesInUse of the activities that move records; asked at every scrape */
export function meterWork(registry: Registry, lanesInUse: () => LanesInUse): MeteredWork {
  const registers = [registry];
  const records = new Counter({
    name: 'resync_records_total',
    help: 'Records of committed pages, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const bytes = new Counter({
    name: 'resync_bytes_total',
    help: 'Bytes on the connections of the data path, by side and direction',
    labelNames: ['side', 'direction'],
    registers,
  });
  const ended = new Counter({
    name: 'resync_runs_ended_total',
    help: 'Runs that this process closed, by status and color',
    labelNames: ['status', 'color'],
    registers,
  });
  const failures = new Counter({
    name: 'resync_activity_failures_total',
    help: 'Attempts of activities that failed, by class; retried: whether Temporal tries them again',
    labelNames: ['activity', 'class', 'retried'],
    registers,
  });
  const seconds = new Histogram({
    name: 'resync_activity_seconds',
    help: 'Duration of attempts of activities',
    labelNames: ['activity'],
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers,
  });
  new Gauge({
    name: 'resync_lanes',
    help: 'Lanes of this worker: configured; moving records; lent by slow attempts; attempts that wait',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(lanesInUse())) this.set({ state }, count as number);
    },
  });
  // What is first seen at 1 has not increased, for Prometheus.
  for (const outcome of countNames) records.inc({ outcome }, 0);
  for (const color of ['green', 'yellow', 'red']) ended.inc({ status: 'finished', color }, 0);
  for (const status of ['failed', 'cancelled']) ended.inc({ status, color: 'red' }, 0);
  for (const type of ['OperatorNeeded', 'TransientDatabaseError'])
    failures.inc({ activity: 'syncRange', class: type, retried: 'true' }, 0);

  const onTraffic = (message: unknown): void => {
    const { side, read, written } = message as Traffic;
    bytes.inc({ side, direction: 'read' }, read);
    bytes.inc({ side, direction: 'written' }, written);
  };
  const traffic = channel(trafficChannel);
  traffic.subscribe(onTraffic);
  return {
    pageCommitted: (counts) => {
      for (const outcome of countNames) if (counts[outcome] > 0) records.inc({ outcome }, counts[outcome]);
    },
    runEnded: ({ status, color }) => ended.inc({ status, color }),
    interceptor: ({ info: { activityType: activity } }) => ({
      inbound: {
        execute: async (input, next) => {
          const stop = seconds.startTimer({ activity });
          try {
            return await next(input);
          } catch (error) {
            failures.inc({ activity, ...classOf(error) });
            throw error;
          } finally {
            stop();
          }
        },
      },
    }),
    close: () => void traffic.unsubscribe(onTraffic),
  };
}

/** The type that activities/failures.ts gave it: one of a dozen, never a text of a database. */
function classOf(error: unknown): { readonly class: string; readonly retried: string } {
  if (error instanceof CancelledFailure) return { class: 'Cancelled', retried: 'false' };
  if (!(error instanceof ApplicationFailure)) return { class: 'other', retried: 'true' };
  return { class: error.type ?? 'other', retried: String(isRetried(error)) };
}

function isRetried({ nonRetryable, type }: ApplicationFailure): boolean {
  return nonRetryable !== true && !nonRetryableTypes.includes(type ?? '');
}
