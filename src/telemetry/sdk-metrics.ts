import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TelemetryOptions } from '@temporalio/worker';

/** The metrics of Temporal's SDK: it serves them itself, on a loopback port of its own. */
export interface SdkMetrics {
  readonly telemetryOptions: TelemetryOptions;
  /** What the SDK tells now; a comment instead when it doesn't answer. */
  readonly read: () => Promise<string>;
}

const readMs = 2_000;

/** Chooses the port; whoever installs the Runtime gives it the options. */
export async function chooseSdkMetrics(): Promise<SdkMetrics> {
  const address = `127.0.0.1:${await freePort()}`;
  return {
    telemetryOptions: {
      metrics: { prometheus: { bindAddress: address, countersTotalSuffix: true, unitSuffix: true } },
    },
    read: async () => {
      try {
        const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(readMs) });
        return await answer.text();
      } catch {
        return "# Temporal's SDK didn't tell its metrics in time.\n";
      }
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
