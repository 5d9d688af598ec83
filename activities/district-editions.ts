import { ApplicationFailure } from '@temporalio/common';
import type { Config, DistrictConfig } from '../src/config';
import { type Editions, openEditions } from '../src/editions/pools';

/** The two editions' connections of each district, opened on first use and kept for the worker's life. */
export class DistrictEditions {
  private readonly open = new Map<string, Editions>();

  constructor(private readonly config: Config) {}

  /** @throws ApplicationFailure ConfigurationError when no district of this id is configured on this worker */
  district(districtId: string): DistrictConfig {
    const district = this.config.districts.find(({ id }) => id === districtId);
    if (district) return district;
    throw ApplicationFailure.nonRetryable(
      `District "${districtId}" is not in the worker's configuration; add it and start the resync again.`,
      'ConfigurationError',
    );
  }

  of(districtId: string): Editions {
    const known = this.open.get(districtId);
    if (known) return known;
    const opened = openEditions({
      districtUrl: this.district(districtId).databaseUrl,
      stateUrl: this.config.stateDatabaseUrl,
      controlUrl: this.config.controlDatabaseUrl,
      lanes: this.config.copy.lanes,
    });
    this.open.set(districtId, opened);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((editions) => editions.close()));
    this.open.clear();
  }
}
