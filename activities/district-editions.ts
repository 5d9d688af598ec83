import { ApplicationFailure } from '@temporalio/common';
import { type Config, type DistrictConfig, zoneOf } from '../src/config';
import type { RecordScope } from '../src/domain/range';
import { type Editions, openEditions } from '../src/editions/connection/pools';
import { takeLane } from './lanes';

/**
 * Districts whose connections are kept open though nothing uses them. A state's request takes a
 * worker through a thousand districts; each one's pools hold up to 4 * lanes + 4 connections, half
 * of them at the state.
 */
const keptDistricts = 12;

interface OpenDistrict {
  readonly editions: Editions;
  users: number;
}

/**
 * The two editions' connections of each district: opened on first use, closed when many others were
 * used since.
 */
export class DistrictEditions {
  /** In the order of their last use, the longest unused first. */
  private readonly open = new Map<string, OpenDistrict>();

  constructor(
    private readonly config: Config,
    private readonly kept = keptDistricts,
  ) {}

  /** Districts with open pools now. */
  get size(): number {
    return this.open.size;
  }

  /**
   * @throws ApplicationFailure ConfigurationError when no district of this id is configured on this
   * worker
   */
  district(districtId: string): DistrictConfig {
    const district = this.config.districts.find(({ id }) => id === districtId);
    if (district) return district;
    throw ApplicationFailure.nonRetryable(
      `District "${districtId}" is not in the worker's configuration; add it and start the resync again.`,
      'ConfigurationError',
    );
  }

  /**
   * The records of the district in a school year.
   * @throws ApplicationFailure ConfigurationError as `district`
   */
  scope(districtId: string, schoolYear: number): RecordScope & { readonly sharesState: boolean } {
    const { number, code } = this.district(districtId);
    return {
      districtId,
      districtNumber: number,
      districtCode: code,
      sharesState: this.config.districts.length > 1,
      schoolYear,
    };
  }

  /**
   * Runs work on the district's editions, which stay open at least until it has ended. In a worker
   * the first use takes the lane of the running activity.
   * @throws what `district` and the work throw; DatabaseError when the configuration can't be used
   */
  async use<T>(districtId: string, work: (editions: Editions) => Promise<T>): Promise<T> {
    await takeLane(districtId);
    const district = this.open.get(districtId) ?? { editions: this.connect(districtId), users: 0 };
    this.open.delete(districtId);
    this.open.set(districtId, district);
    district.users += 1;
    try {
      return await work(district.editions);
    } finally {
      district.users -= 1;
      await this.closeUnused();
    }
  }

  async close(): Promise<void> {
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.all(all.map(({ editions }) => editions.close()));
  }

  private connect(districtId: string): Editions {
    const district = this.district(districtId);
    return openEditions({
      calendar: {
        timezone: zoneOf(district),
        schoolYearStart: this.config.scenarios.schoolYearStart,
      },
      districtUrl: district.databaseUrl,
      stateUrl: this.config.stateDatabaseUrl,
      controlUrl: this.config.controlDatabaseUrl,
      lanes: this.config.copy.lanes,
    });
  }

  private async closeUnused(): Promise<void> {
    const unused = [...this.open].filter(([, { users }]) => users === 0);
    const tooMany = unused.slice(0, Math.max(0, unused.length - this.kept));
    for (const [districtId] of tooMany) this.open.delete(districtId);
    await Promise.all(tooMany.map(([, { editions }]) => editions.close()));
  }
}
