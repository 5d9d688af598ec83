import type { Knex } from 'knex';
import type { Config, DistrictConfig } from '../../config';
import { AccountError, placesOf, yearAccountsOf } from './account';
import { readRegistered, readRevision, type Registered } from './store';

/** Files of accounts are looked at again after so long. */
const filesEveryMs = 2_000;

/**
 * All districts a process works for: the configuration's and those that were registered, which
 * stand before the configuration's of the same id.
 */
export class DistrictRegistry {
  /** The configuration, whose districts are those of now. */
  readonly config: Config;
  private districts: readonly DistrictConfig[];
  private retired: readonly string[] = [];
  private rows: readonly Registered[] = [];
  private revision = 0;
  private filesReadAt = 0;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly configured: Config,
    private readonly control: Knex,
  ) {
    this.districts = configured.districts;
    this.config = Object.defineProperties(
      { ...configured },
      {
        districts: { get: () => this.districts, enumerable: true },
        retiredDistricts: { get: () => this.retired, enumerable: true },
        configuredDistricts: { value: configured.districts, enumerable: true },
      },
    );
  }

  /**
   * Looks whether anything was changed since: afterwards `config` has what held when this was
   * called.
   * @throws ControlError
   */
  async refresh(): Promise<void> {
    // What is being read may have been read before the caller's change.
    await this.reading?.catch(() => undefined);
    this.reading ??= this.read().finally(() => (this.reading = null));
    await this.reading;
  }

  private async read(): Promise<void> {
    const revision = await readRevision(this.control);
    const changed = revision !== this.revision;
    if (changed) this.rows = await readRegistered(this.control);
    const refers = this.rows.some(({ account }) =>
      [account, ...yearAccountsOf(account)].some(({ kind }) => kind === 'file'),
    );
    if (!changed && !(refers && Date.now() - this.filesReadAt >= filesEveryMs)) return;
    this.filesReadAt = Date.now();
    this.revision = revision;
    this.combine();
  }

  private combine(): void {
    const { districts: ours } = this.configured;
    const rows = new Map(this.rows.map((row) => [row.settings.id, row]));
    const numbers = new Set(this.rows.map(({ settings }) => settings.number));
    const codes = new Set(this.rows.flatMap(({ settings }) => settings.code?.toLowerCase() ?? []));
    const isTaken = ({ number, code }: DistrictConfig): boolean =>
      numbers.has(number) || (code !== undefined && codes.has(code.toLowerCase()));
    const kept = ours.flatMap((district) => {
      const row = rows.get(district.id);
      // Two districts of one number would write each other's records: the registered one stays.
      if (row === undefined) return isTaken(district) ? [] : [district];
      return row.retiredAt === null ? [toDistrict(row, this.configured, district)] : [];
    });
    const named = new Set(ours.map(({ id }) => id));
    const added = this.rows.filter(
      ({ settings, retiredAt }) => !named.has(settings.id) && retiredAt === null,
    );
    this.districts = [...kept, ...added.map((row) => toDistrict(row, this.configured, undefined))];
    this.retired = this.rows.filter(({ retiredAt }) => retiredAt !== null).map(({ settings }) => settings.id);
  }
}

function toDistrict(
  { settings, account }: Registered,
  { registration, timezone }: Config,
  configured: DistrictConfig | undefined,
): DistrictConfig {
  // Of the state where it has none of its own, as parseConfig does it.
  const zoned = timezone === undefined ? settings : { timezone, ...settings };
  // Only the configuration has it: without it the state's requests would go past the region.
  const district = { ...zoned, ...(configured?.region && { region: configured.region }) };
  try {
    const { schoolYear } = settings;
    return { ...district, ...placesOf(account, registration, { schoolYear, configured }) };
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    return { ...district, databaseUrl: '', whyNoDatabase: error.message };
  }
}
