/** The parts of the API's answers that the story speaks of. */
export interface Accepted {
  readonly resyncId: string;
  readonly position: number | null;
}

export interface Resync {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string | null;
  readonly colorWithoutExclusions?: string | null;
  readonly totals?: {
    readonly processed: number;
    readonly inserted: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly excluded: number;
    readonly blocked: number;
    readonly failed: number;
    readonly extra: number;
    readonly errors: number;
  };
  readonly objectResults?: readonly {
    readonly object: string;
    readonly status: string;
    readonly message?: string | null;
    readonly doubt?: string | null;
  }[];
}

/** An alert of the list of Process Alerts. */
export interface Alert {
  readonly name: string;
  readonly text: string;
  readonly resyncId: string | null;
  readonly closedAt: string | null;
}

export const ended = ({ status }: Resync): boolean =>
  ['finished', 'failed', 'cancelled', 'lost'].includes(status);

/** One line about an ended run. */
export function outcomeOf({ status, color, totals }: Resync): string {
  if (!totals) return `${status}, ${color ?? 'no color shown'}`;
  const { processed, inserted, updated, unchanged, errors } = totals;
  return `${status}, ${color}: ${processed} processed, ${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${errors} errors`;
}
