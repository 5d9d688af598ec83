import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import { type Initiator, openStatuses, type ResyncStatus, type Scenario } from '../../domain/resync';
import { type OtherCatalog, otherCatalogOf } from '../resyncs/own-catalog';
import { readPercents } from '../resyncs/progress';

/** A resync that an agent has. */
export interface OpenRun {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly initiator: Initiator;
  readonly scenario: Scenario;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  /** End of the blackout window that holds it. */
  readonly heldUntil: string | null;
  /** It waits for a worker with its catalog. */
  readonly otherCatalog: OtherCatalog | null;
  readonly percent: number | null;
}

/** The agent of a district and school year that has something to do. */
export interface BusyAgent {
  readonly districtId: string;
  readonly schoolYear: number;
  /** What runs first, then what waits, in the order in which it will have its turn. */
  readonly resyncs: readonly OpenRun[];
}

interface OpenRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly resyncID: string;
  readonly status: ResyncStatus;
  readonly initiator: Initiator;
  readonly scenario: Scenario;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly heldUntil: string | null;
  readonly catalogHash: string | null;
  readonly otherCatalog: string | null;
  readonly otherCatalogAt: string | null;
}

/** Agents with resyncs, by what the control database knows of these. */
export async function readBusyAgents(control: Knex): Promise<readonly BusyAgent[]> {
  const rows = await selectRows<OpenRow>(
    control,
    `SELECT districtID, schoolYear, resyncID, status, initiator, scenario, requestedBy, requestedAt, startedAt, heldUntil,
            catalogHash, otherCatalog, otherCatalogAt
       FROM resync WHERE status IN (:open)
      ORDER BY districtID, schoolYear, FIELD(status, :open) DESC, initiator = 'state' DESC, requestedAt`,
    { open: openStatuses },
  );
  const percents = await readPercents(
    control,
    rows.map(({ resyncID, status }) => ({ resyncId: resyncID, status })),
  );
  const agents = new Map<string, BusyAgent & { readonly resyncs: OpenRun[] }>();
  for (const row of rows) {
    const { districtID: districtId, schoolYear, resyncID: resyncId, status, initiator, scenario } = row;
    const name = `${districtId}:${schoolYear}`;
    const agent = agents.get(name) ?? { districtId, schoolYear, resyncs: [] };
    agents.set(name, agent);
    agent.resyncs.push({
      ...{ resyncId, status, initiator, scenario, requestedBy: row.requestedBy },
      requestedAt: toIso(row.requestedAt),
      startedAt: toIso(row.startedAt),
      heldUntil: toIso(row.heldUntil),
      otherCatalog: otherCatalogOf(row),
      percent: percents.get(resyncId) ?? null,
    });
  }
  return [...agents.values()];
}
