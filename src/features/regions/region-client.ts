import { z } from 'zod';
import type { RegionConfig } from '../../config';
import { endedStatuses, openStatuses, type ResyncRequest } from '../../domain/resync';

const answerMs = 30_000;

/** What is read of its answers: whatever else answers there is no deployment of ours. */
const resyncId = z.string().min(1).max(64);
const accepted = z.object({ resyncId });
const regionRun = z.object({
  resyncId,
  status: z.enum([...openStatuses, ...endedStatuses]),
  color: z.enum(['gray', 'green', 'yellow', 'red']),
  message: z.string().nullable(),
});

/** How a run of the region stands. */
export type RegionRun = z.output<typeof regionRun>;

/** Why the region's deployment did not do what it was asked. */
export class RegionError extends Error {
  /** @param lasting repeating it can't help: somebody has to change something */
  constructor(
    message: string,
    readonly lasting: boolean,
  ) {
    super(message);
    this.name = 'RegionError';
  }
}

/** Statuses that another attempt may get over: it is busy, full, or away. */
const passing = [408, 409, 425, 429];

/**
 * The region's own deployment, as the state's deployment asks it by HTTP. Everything may be
 * repeated: the request there has the id of the one here as its key.
 */
export class RegionClient {
  private readonly base: string;
  private readonly district: string;

  /** @param districtId the district's id here */
  constructor(
    private readonly region: RegionConfig & { readonly url: string; readonly token: string },
    districtId: string,
  ) {
    this.base = `${region.url}/api/v1`;
    this.district = region.district ?? districtId;
  }

  /** Asks for the same of the district there. @returns its id @throws RegionError */
  async start(request: ResyncRequest): Promise<string> {
    const { objects, checkDependencies, schoolYear, mode, removals, resyncId } = request;
    // Whatever it is for: as the state's it goes ahead there, and nobody there can stop it.
    const scenario = 'STATE_REQUEST';
    const { resyncId: there } = await this.call(
      accepted,
      'POST',
      `/districts/${encodeURIComponent(this.district)}/resyncs`,
      {
        key: `region:${resyncId}`,
        body: { objects, checkDependencies, schoolYear, scenario, mode, removals },
      },
    );
    return there;
  }

  /** @throws RegionError */
  run(resyncId: string): Promise<RegionRun> {
    return this.call(regionRun, 'GET', `/resyncs/${encodeURIComponent(resyncId)}`);
  }

  /** @throws RegionError */
  async cancel(resyncId: string): Promise<void> {
    await this.call(z.unknown(), 'POST', `/resyncs/${encodeURIComponent(resyncId)}/cancel`);
  }

  private async call<T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
    path: string,
    { key, body }: { readonly key?: string; readonly body?: object } = {},
  ): Promise<T> {
    const { url, token } = this.region;
    let answer: Response;
    let said: unknown;
    try {
      answer = await fetch(`${this.base}${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(answerMs),
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(key !== undefined && { 'Idempotency-Key': key }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      if (answer.ok) said = await answer.json();
    } catch {
      throw new RegionError(`The region's deployment at ${url} did not answer.`, false);
    }
    if (answer.ok) {
      const checked = schema.safeParse(said);
      if (checked.success) return checked.data;
      throw new RegionError(
        `What answers at ${url} is no deployment of this service: check \`region.url\` of the district.`,
        true,
      );
    }
    const { status } = answer;
    const why = await detailOf(answer);
    throw new RegionError(
      `The region's deployment at ${url} refused it for ${this.district} (${status}). ${why}`.trim(),
      status < 500 && !passing.includes(status),
    );
  }
}

/** What a deployment of ours says of a refusal; of anything else nothing is repeated. */
async function detailOf(answer: Response): Promise<string> {
  if (!/problem\+json/.test(answer.headers.get('content-type') ?? '')) return '';
  const problem = (await answer.json().catch(() => null)) as { detail?: unknown } | null;
  return typeof problem?.detail === 'string' ? problem.detail.slice(0, 500) : '';
}
