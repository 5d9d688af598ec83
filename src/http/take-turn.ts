import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Principal } from '../domain/principal';
import { FairShare, type Share } from './fair-share';

/** What who asks may have done at a time; those who aren't known share one. */
export interface Shares {
  /** All principals of one district together. */
  readonly district: Share;
  /** What a district has computed beside its resyncs, each: plans, previews, verifications. */
  readonly heavy: Share;
  /** One principal of the state's. */
  readonly state: Share;
  readonly unknown: Share;
}

export const defaultShares: Shares = {
  district: { perSecond: 20, burst: 300, atOnce: 6, waiting: 128 },
  heavy: { perSecond: 0.5, burst: 10, atOnce: 2, waiting: 8 },
  state: { perSecond: 200, burst: 1_000, atOnce: 20, waiting: 1_000 },
  unknown: { perSecond: 50, burst: 100, atOnce: 2, waiting: 128 },
};

/** What changes something costs the service more than what reads. */
const costOfWrite = 5;
/** Of the heavy ones, by their paths; each kind has a line of its own. */
const heavyCosts: readonly {
  readonly kind: string;
  readonly path: RegExp;
  readonly cost: number;
}[] = [
  { kind: 'plans', path: /^\/districts\/[^/]+\/plan$/, cost: 0.5 },
  { kind: 'previews', path: /^\/districts\/[^/]+\/selective-syncs\/preview$/, cost: 1 },
  { kind: 'verifications', path: /^\/verifications$/, cost: 5 },
];

/** Tokens and sessions remembered. */
const mostKnown = 20_000;

/** Whose turn a request takes. */
interface Caller {
  readonly key: string;
  readonly level: Principal['level'];
}

/**
 * A request waits for a turn of its caller before anything is asked about it: neither who asks for
 * too much nor who guesses tokens keeps anybody else waiting. Whose a token is was learned when it
 * was last found good; it is looked up all the same.
 */
export class Turns {
  private readonly fair = new FairShare();
  private readonly known = new Map<string, Caller>();

  constructor(private readonly shares: Shares = defaultShares) {}

  /** Before who asks is looked up. */
  readonly take: RequestHandler = async (request, response, next) => {
    const caller = this.known.get(spokenFor(request));
    const share = caller === undefined ? this.shares.unknown : this.shares[caller.level];
    const cost = /^(GET|HEAD)$/.test(request.method) ? 1 : costOfWrite;
    const end = await this.turn(response, { key: caller?.key ?? '', share, cost });
    if (end === null) return;
    response.locals['endTurn'] = end;
    next();
  };

  /**
   * A second turn for what is heavy, so that its line doesn't keep the caller's reads waiting; of
   * each kind, so that who has verified enough may still plan.
   */
  readonly takeHeavy: RequestHandler = async (request, response, next) => {
    const { level, districts } = response.locals['principal'] as Principal;
    const heavy = heavyCosts.find(({ path }) => path.test(request.path));
    if (heavy === undefined || request.method !== 'POST' || level === 'state') return next();
    endTurn(response);
    const { kind, cost } = heavy;
    const key = `${kind} of ${(districts ?? []).toSorted().join(' ')}`;
    if ((await this.turn(response, { key, share: this.shares.heavy, cost })) !== null) next();
  };

  /** After the caller was found good. */
  readonly learn: RequestHandler = (request, response, next) => {
    const { level, districts, principalId } = response.locals['principal'] as Principal;
    const of = level === 'district' ? (districts ?? []).toSorted().join(' ') : principalId;
    const spoken = spokenFor(request);
    this.known.delete(spoken);
    this.known.set(spoken, { key: `${level} ${of}`, level });
    // The one that was seen least lately.
    if (this.known.size > mostKnown) this.known.delete(this.known.keys().next().value!);
    next();
  };

  /** @returns what ends the turn before the answer does; `null`: nobody waits for it any more */
  private async turn(
    response: Response,
    { key, share, cost }: { readonly key: string; readonly share: Share; readonly cost: number },
  ): Promise<(() => void) | null> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const end = await this.fair.turn(key, share, { cost, gone: gone.signal });
      response.once('close', end);
      if (!response.closed) return end;
      end();
      return null;
    } catch (error) {
      if (gone.signal.aborted) return null;
      throw error;
    }
  }
}

/** The answer goes on for minutes and costs next to nothing: its turn is over. */
export function endTurn(response: Response): void {
  (response.locals['endTurn'] as (() => void) | undefined)?.();
}

/** What the request says of who asks, unreadable. */
function spokenFor({ headers: { authorization = '', cookie = '' } }: Request): string {
  return createHash('sha256').update(`${authorization}\n${cookie}`).digest('base64');
}
