import { ApplicationFailure } from '@temporalio/common';
import { type Config, type DistrictConfig, sharesState, zoneOf } from '../src/config';
import type { RecordScope } from '../src/domain/range';
import { type Editions, openEditions } from '../src/editions/connection/pools';
import { takeLane } from './lanes';

/**
 * Districts whose connections are kept open though nothing uses them. A state's request takes a
 * worker through a thousand districts; each one's pools hold up to 4 * lanes + 4 connections, half
 * of them at the state.
 */
const keptDistricts = 12;

interface Place {
  readonly url: string;
  readonly timezone: string;
}

interface OpenDistrict extends Place {
  readonly editions: Editions;
  users: number;
  /** Its account was changed, or it was retired: the last user closes it. */
  left: boolean;
}

/**
 * The two editions' connections of each district: opened on first use, closed when many others were
 * used since, when the district's account was changed, and when it was retired.
 */
export class DistrictEditions {
  /** In the order of their last use, the longest unused first. */
  private readonly open = new Map<string, OpenDistrict>();
  /** The list of districts that the open ones were compared with. */
  private lookedAt: Config['districts'] | null = null;

  constructor(
    private readonly config: Config,
    private readonly kept = keptDistricts,
  ) {}

  /** Districts with open pools now. */
  get size(): number {
    return this.open.size;
  }

  /**
   * @throws ApplicationFailure ConfigurationError when this worker knows no district of this id
   */
  district(districtId: string): DistrictConfig {
    const district = this.config.districts.find(({ id }) => id === districtId);
    if (district) return district;
    throw ApplicationFailure.nonRetryable(
      `This worker knows no district "${districtId}": register it, or add it to the configuration, and start the resync again.`,
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
      sharesState: sharesState(this.config),
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
    // What is opened now was compared with the districts of now, or nothing would close it.
    do {
      await this.closeLeft();
    } while (this.lookedAt !== this.config.districts);
    const place = this.placeOf(districtId);
    const district = this.open.get(districtId) ?? {
      editions: this.connect(place),
      ...place,
      users: 0,
      left: false,
    };
    this.open.delete(districtId);
    this.open.set(districtId, district);
    district.users += 1;
    try {
      return await work(district.editions);
    } finally {
      district.users -= 1;
      if (district.left && district.users === 0) await district.editions.close();
      await this.closeUnused();
    }
  }

  /**
   * Closes what leads to an account that isn't a district's any more; what is used now, once that
   * has ended.
   */
  async closeLeft(): Promise<void> {
    if (this.lookedAt === this.config.districts) return;
    this.lookedAt = this.config.districts;
    const known = new Map(this.config.districts.map((district) => [district.id, district]));
    const left = [...this.open].filter(([districtId, { url, timezone }]) => {
      const district = known.get(districtId);
      return district?.databaseUrl !== url || zoneOf(district) !== timezone;
    });
    for (const [districtId, district] of left) {
      this.open.delete(districtId);
      district.left = true;
    }
    await Promise.all(
      left.filter(([, { users }]) => users === 0).map(([, { editions }]) => editions.close()),
    );
  }

  async close(): Promise<void> {
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.all(all.map(({ editions }) => editions.close()));
  }

  /** Where it leads, and by whose clocks: what differs has connections of its own. */
  private placeOf(districtId: string): Place {
    const district = this.district(districtId);
    const { databaseUrl: url, whyNoDatabase } = district;
    if (whyNoDatabase === undefined) return { url, timezone: zoneOf(district) };
    throw ApplicationFailure.nonRetryable(
      `The database of district "${districtId}" can't be reached. ${whyNoDatabase}`,
      'ConfigurationError',
    );
  }

  private connect({ url, timezone }: Place): Editions {
    return openEditions({
      calendar: { timezone, schoolYearStart: this.config.scenarios.schoolYearStart },
      districtUrl: url,
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
