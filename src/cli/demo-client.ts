/** The demo as a REST caller: it sends a resync and watches it through the API, as any other system would. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cause } from '../control/read-causes';
import type { ResyncView } from '../control/read-resync';
import { endedStatuses } from '../domain/resync';

/** Longest the demo watches one resync; it takes seconds. */
const watchWithinMs = 15 * 60_000;

export class DemoClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Sends all objects. @returns the resync's id */
  async send(districtId: string): Promise<string> {
    const body = JSON.stringify({ objects: 'all', scenario: 'GO_LIVE' });
    const { resyncId } = await this.call<{ resyncId: string }>(`/districts/${districtId}/resyncs`, body);
    return resyncId;
  }

  /** Resolves with the resync's last view when it has ended; `seen` gets every view on the way. */
  async watch(resyncId: string, seen: (view: ResyncView) => void): Promise<ResyncView> {
    const deadline = Date.now() + watchWithinMs;
    for (;;) {
      const view = await this.call<ResyncView>(`/resyncs/${resyncId}`);
      seen(view);
      if (endedStatuses.includes(view.status)) return view;
      if (Date.now() > deadline) throw new Error(`The resync ${resyncId} did not end in 15 minutes.`);
      await sleep(400);
    }
  }

  async causes(resyncId: string): Promise<readonly Cause[]> {
    return (await this.call<{ items: Cause[] }>(`/resyncs/${resyncId}/causes`)).items;
  }

  private async call<T>(path: string, body?: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
