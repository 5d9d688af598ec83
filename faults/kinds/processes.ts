import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from './kind';

/** Beyond the 20 seconds after which Temporal takes a worker without heartbeat for dead. */
const frozenMs = [21_500, 27_000] as const;

export const workerKilled: FaultKind = {
  name: 'worker-killed',
  holds: ['worker'],
  most: 3,
  weight: 3,
  async strike({ world: { service }, random }) {
    await service.killWorker();
    const downMs = random.int(0, 2_000);
    await sleep(downMs);
    if (service.activeWorkers === 0) service.startWorker();
    return `killed, started again after ${downMs} ms`;
  },
};

/** Another worker takes over; the frozen one wakes up in the middle of what it was doing. */
export const workerFrozen: FaultKind = {
  name: 'worker-frozen',
  holds: ['frozen worker'],
  most: 1,
  weight: 2,
  async strike({ world: { service }, random }) {
    const wake = service.freezeWorker();
    const ms = random.int(...frozenMs);
    try {
      await sleep(1_000);
      if (service.activeWorkers === 0) service.startWorker();
      await sleep(ms - 1_000);
    } finally {
      wake();
    }
    // Time for what it was about to do.
    await sleep(3_000);
    if (service.activeWorkers > 1) await service.killWorker();
    return `frozen for ${ms} ms`;
  },
};

export const apiKilled: FaultKind = {
  name: 'api-killed',
  holds: ['api'],
  most: 1,
  weight: 1,
  async strike({ world: { service }, random }) {
    await service.killApi();
    const downMs = random.int(0, 1_500);
    await sleep(downMs);
    service.startApi();
    return `killed, started again after ${downMs} ms`;
  },
};
