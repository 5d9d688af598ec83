import { Gauge, type Registry } from 'prom-client';
import type { TaskQueueState } from '../temporal/task-queues';

/** What waits for workers at Temporal, and how many ask for it. */
export class QueueGauges {
  private readAt = -Infinity;
  private readonly backlog: Gauge;
  private readonly oldest: Gauge;
  private readonly workers: Gauge;

  constructor(
    private readonly read: () => Promise<readonly TaskQueueState[]>,
    registry: Registry,
  ) {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name, help, labelNames: ['task_queue', 'kind'], registers: [registry] });
    this.backlog = gauge('resync_task_queue_backlog', 'Tasks that wait for a worker, about');
    this.oldest = gauge('resync_task_queue_oldest_seconds', 'Age of the oldest of them');
    this.workers = gauge('resync_task_queue_workers', 'Workers that asked in the last minutes');
  }

  /** Asks Temporal, unless it was asked some seconds ago; then there is nothing when it is away. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < keptMs) return;
    this.readAt = performance.now();
    const queues = await this.read().catch(() => []);
    for (const one of [this.backlog, this.oldest, this.workers]) one.reset();
    for (const { taskQueue, kind, backlog, oldestSeconds, pollers } of queues) {
      const labels = { task_queue: taskQueue, kind };
      this.backlog.set(labels, backlog);
      this.oldest.set(labels, oldestSeconds);
      this.workers.set(labels, new Set(pollers.map(({ identity }) => identity)).size);
    }
  }
}

/** Scrapes within so long of each other share what was read. */
const keptMs = 5_000;
