import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../world/servers';
import type { FaultKind } from './kind';

/** SIGKILL, as by a power cut, and started again on the same data. */
function serverKilled(target: Target): FaultKind {
  return {
    name: `${target}-killed`,
    holds: [target],
    most: 2,
    weight: 2,
    async strike({ world: { servers }, random }) {
      const server = servers[target];
      await server.kill();
      const downMs = random.int(0, 3_000);
      await sleep(downMs);
      await server.start();
      return `killed, started again after ${downMs} ms`;
    },
  };
}

export const serversKilled: readonly FaultKind[] = [
  serverKilled('district'),
  serverKilled('state'),
  serverKilled('temporal'),
];
