import { ApplicationFailure } from '@temporalio/common';
import {
  type Config,
  databaseOfYear,
  databaseUrlsOf,
  type DistrictConfig,
  isSplitByYear,
  sharesState,
  whyNoYearDatabase,
  zoneOf,
} from '../src/config';
import type { RecordScope } from '../src/domain/range';
import { type Editions, openEditions } from '../src/editions/connection/pools';
import { takeLane } from './lanes';

/**
 * Districts whose connections are kept open though nothing uses them. A state's request takes a
 * worker through a thousand districts; each one's pools hold up to 4 * lanes + 4 connections, half
 * of them at the state.
 */
const keptDistricts = 12;

/** Whose records, and which of its databases has them. */
interface DistrictYear {
  readonly districtId: string;
  readonly schoolYear: number;
}

interface Place {
  readonly districtId: string;
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
  /** By district and place, in the order of their last use, the longest unused first. */
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
  scope(
    districtId: string,
    schoolYear: number,
  ): RecordScope & { readonly sharesState: boolean; readonly splitByYear: boolean } {
    const district = this.district(districtId);
    const { number, code } = district;
    return {
      districtId,
      districtNumber: number,
      districtCode: code,
      sharesState: sharesState(this.config),
      splitByYear: isSplitByYear(district),
      schoolYear,
    };
  }

  /**
   * Runs work on the editions of a district's year, which stay open at least until it has ended. In
   * a worker the first use takes the lane of the running activity.
   * @throws what `district` and the work throw; DatabaseError when the configuration can't be used
   */
  async use<T>(of: DistrictYear, work: (editions: Editions) => Promise<T>): Promise<T> {
    await takeLane(of.districtId);
    // What is opened now was compared with the districts of now, or nothing would close it.
    do {
      await this.closeLeft();
    } while (this.lookedAt !== this.config.districts);
    const place = this.placeOf(of);
    const name = `${place.districtId} ${place.url}`;
    const district = this.open.get(name) ?? {
      editions: this.connect(place),
      ...place,
      users: 0,
      left: false,
    };
    this.open.delete(name);
    this.open.set(name, district);
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
    const left = [...this.open].filter(([, { districtId, url, timezone }]) => {
      const district = known.get(districtId);
      return !district || !databaseUrlsOf(district).includes(url) || zoneOf(district) !== timezone;
    });
    for (const [name, district] of left) {
      this.open.delete(name);
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
  private placeOf({ districtId, schoolYear }: DistrictYear): Place {
    const district = this.district(districtId);
    const { whyNoDatabase } = district;
    if (whyNoDatabase !== undefined)
      throw ApplicationFailure.nonRetryable(
        `The database of district "${districtId}" can't be reached. ${whyNoDatabase}`,
        'ConfigurationError',
      );
    const url = databaseOfYear(district, schoolYear);
    if (url !== null) return { districtId, url, timezone: zoneOf(district) };
    throw ApplicationFailure.nonRetryable(whyNoYearDatabase(districtId, schoolYear), 'ConfigurationError');
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
    for (const [name] of tooMany) this.open.delete(name);
    await Promise.all(tooMany.map(([, { editions }]) => editions.close()));
  }
}
