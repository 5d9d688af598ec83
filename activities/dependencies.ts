import type { Knex } from 'knex';
import type { Config } from '../src/config';
import type { Catalog } from '../src/domain/catalog';
import type { RangeCounts } from '../src/domain/outcome';
import type { ResyncEnd } from './contracts';

/** Is told what activities did, in numbers; one that is repeated may be told twice. */
export interface WorkMeter {
  readonly pageCommitted: (counts: RangeCounts) => void;
  readonly runEnded: (end: Pick<ResyncEnd, 'status' | 'color'>) => void;
}

/** Where it is traced what activities do. */
export interface WorkTracing {
  range<T>(
    range: { readonly districtId: string; readonly object: string; readonly rangeNo: number },
    work: () => Promise<T>,
  ): Promise<T>;
}

/** What the activities work with; opened once by the worker. */
export interface ActivityDependencies {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
  readonly meter?: WorkMeter | undefined;
  /** Absent: it isn't. */
  readonly tracing?: WorkTracing | undefined;
}
