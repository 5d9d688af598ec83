import type { Scenario } from '../../../domain/resync';
import type { Level } from '../../../domain/rights';
import type { RunStatus } from '../../api/answers';
import type { outcomeNames } from '../../text';

/** What one resync did with a record. */
export interface RecordRun {
  readonly resyncId: string;
  readonly schoolYear: number;
  readonly initiator: Level;
  readonly scenario: Scenario;
  readonly status: RunStatus;
  readonly at: string;
  readonly outcome: keyof typeof outcomeNames;
  readonly evidence: 'record' | 'page' | 'covered';
  readonly error: {
    readonly code: string;
    readonly field: string | null;
    readonly message: string;
    readonly parent: { readonly object: string; readonly key: readonly string[] } | null;
  } | null;
}
