import type { Config } from '../../config';
import type { RetainedKind, Retention } from '../../domain/retention';
import { removeAudit } from './remove-audit';
import { removeOthers } from './remove-others';
import type { Removing } from './remove-rows';
import { removeOfRuns, removeVerifications, type Step } from './remove-runs';

/** How long each kind is kept, as the configuration has it. */
export function retentionOf({ retention }: Pick<Config, 'retention'>): Retention {
  const { marksDays, ledgerDays } = retention;
  // A mark is found by its page.
  const days = [marksDays, ledgerDays].includes('forever')
    ? 'forever'
    : Math.max(Number(marksDays), Number(ledgerDays));
  return {
    previews: retention.previewsDays,
    deliveries: retention.deliveriesDays,
    firings: retention.firingsDays,
    syncEvents: retention.syncEventsDays,
    alerts: retention.alertsDays,
    marks: marksDays,
    errors: retention.errorsDays,
    ledger: days,
    verifications: retention.verificationsDays,
    runs: retention.runsDays,
    audit: retention.auditDays,
  };
}

/**
 * Removes some of what is older than its kind is kept.
 * @param after where the step before ended; `null`: the first one
 */
export async function removeOld(
  removing: Removing,
  kind: RetainedKind,
  { retention, after }: { readonly retention: Retention; readonly after: string | null },
): Promise<Step> {
  const kept = retention[kind];
  if (kept === 'forever') return { rows: 0, after: null };
  const before = beforeText(kept);
  switch (kind) {
    case 'errors':
    case 'marks':
    case 'ledger':
    case 'runs':
      return removeOfRuns(removing, kind, { before, after });
    case 'verifications':
      return removeVerifications(removing, { before, after });
    case 'audit':
      return removeAudit(removing, before);
    default:
      return removeOthers(removing, kind, before);
  }
}

const dayMs = 86_400_000;

/** As a DATETIME(3) in UTC. */
function beforeText(days: number): string {
  return new Date(Date.now() - days * dayMs).toISOString().replace('T', ' ').replace('Z', '');
}
