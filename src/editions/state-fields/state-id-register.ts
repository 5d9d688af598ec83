import { DatabaseError } from '../connection/errors';
import type { PageJob } from '../mapping/job';
import type { Row, Session } from '../connection/session';
import { quoteText } from '../connection/sql';

interface Entry {
  readonly guid: string;
  readonly id: string;
  readonly origin: 'given' | 'found';
}

/** The register, as far as a page asks for it. */
export class StateIdRegister {
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly session: Session,
    private readonly job: PageJob,
  ) {}

  /** `null`: it has none, or the page has not asked for it. */
  idOf(guid: string): string | null {
    return this.ids.get(guid) ?? null;
  }

  async read(guids: readonly string[], lock = ''): Promise<void> {
    if (guids.length === 0) return;
    const rows = await this.session.rows(
      `SELECT guid, stateID FROM ${this.table} WHERE guid IN (${guids.map(quoteText).join(', ')}) ${lock}`,
    );
    for (const [guid, id] of pairsOf(rows)) this.ids.set(guid, id);
  }

  /**
   * Enters IDs for GUIDs that have none; another transaction that enters one of them is waited for,
   * and what it entered holds. In one order, so that two districts with the same persons wait for
   * each other in one way only.
   * @returns GUIDs for which nothing was entered because another GUID has the ID
   */
  async enter(entries: readonly Entry[]): Promise<Set<string>> {
    const open = entries.filter(({ guid }) => !this.ids.has(guid)).sort((a, b) => (a.guid < b.guid ? -1 : 1));
    if (open.length === 0 || (await this.insert(open))) return new Set();
    const taken = new Set<string>();
    for (const entry of open) {
      if (await this.insert([entry])) continue;
      // What is there now shows which of the two keys refused it.
      await this.read([entry.guid], 'LOCK IN SHARE MODE');
      if (!this.ids.has(entry.guid)) taken.add(entry.guid);
    }
    return taken;
  }

  /** All, or none. */
  private async insert(entries: readonly Entry[]): Promise<boolean> {
    const { districtId } = this.job.scope;
    const rows = entries.map(({ guid, id, origin }) =>
      [guid, id, origin, districtId].map(quoteText).join(', '),
    );
    try {
      await this.session.write(
        `INSERT INTO ${this.table} (guid, stateID, origin, districtID) VALUES (${rows.join('), (')})`,
      );
    } catch (error) {
      if (error instanceof DatabaseError && error.errno === 1062) return false;
      throw error;
    }
    for (const { guid, id } of entries) this.ids.set(guid, id);
    return true;
  }

  private get table(): string {
    return `${this.job.editions.control}.stateIdAssignment`;
  }
}

/** Two columns as a map. */
export function pairsOf(rows: readonly Row[]): Map<string, string> {
  return new Map(rows.map(([key, value]) => [String(key), String(value)]));
}
