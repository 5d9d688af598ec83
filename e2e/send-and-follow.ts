import type { Scene } from './actors';
import { type Accepted, ended, outcomeOf, type Resync } from './answers';
import type { DistrictId } from './environment';
import { must } from './narrator';

/** What a district sends, and how that is to end. */
export interface Sending {
  readonly does: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** How it ends, for the reader. Default: green. */
  readonly ends?: string;
  /** Judges the ended run; throws Unexpected where it isn't as expected. Default: it is green. */
  readonly judge?: (resync: Resync) => void;
}

/** Sends a resync of a district and follows it to its end. */
export async function sendAndFollow(
  { teller, people }: Scene,
  district: DistrictId,
  { does, body, ends = '… which ends green', judge = mustBeGreen }: Sending,
): Promise<Resync> {
  const { resyncId } = await teller.step<Accepted>({
    does,
    as: people[district],
    method: 'POST',
    path: `/districts/${district}/resyncs`,
    body,
    status: 202,
    tells: (accepted) => `resync ${accepted.resyncId}`,
  });
  return teller.until<Resync>({
    does: ends,
    as: people[district],
    path: `/resyncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      judge(resync);
      return outcomeOf(resync);
    },
  });
}

/** @throws Unexpected unless the run finished without an error */
export function mustBeGreen({ status, color }: Resync): void {
  must(status === 'finished' && color === 'green', `green, not ${color ?? status}`);
}

/** @throws Unexpected unless the run finished and the color isn't green */
export function mustShowErrors({ status, color }: Resync): void {
  must(status === 'finished' && color !== 'green', `errors, not ${status} and ${String(color)}`);
}
