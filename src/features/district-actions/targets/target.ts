import type { Knex } from 'knex';
import type { Config, DistrictConfig } from '../../../config';
import type { Catalog } from '../../../domain/catalog';
import type { Principal } from '../../../domain/principal';
import type { ErrorOutcome } from '../../../domain/record-error';
import type { OfferedYear } from '../../../domain/school-year';

/** What was said beside the districts; which of it depends on the action. */
export interface ActionWords {
  readonly objects?: 'all' | readonly string[];
  readonly checkDependencies?: boolean;
  readonly outcomes?: readonly ErrorOutcome[];
  readonly name?: string;
  readonly reportingDate?: string;
  readonly reason?: string;
}

/** A district that is asked for, in its scoped year. */
export interface AskedDistrict {
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
}

/** What is found when it is asked, and needed when it is done. Names and days, never a record. */
export interface TargetDetail {
  /** Of a retry: what is sent again. */
  readonly objects?: readonly string[];
  /** Of a reminder: of which mandatory resync, and by which day it was due. */
  readonly due?: { readonly what: 'endOfYear' | 'startOfYear'; readonly by: string };
}

/** What an action would do to one district, or why it can't. */
export interface Target {
  readonly districtId: string;
  readonly schoolYear: number;
  /** The resync that is accepted, sent again or cancelled. */
  readonly resyncId: string | null;
  /** `null`: it can be done. */
  readonly whyNot: string | null;
  /** What there is to know of it before it is done, in a few words. */
  readonly note: string | null;
  readonly detail: TargetDetail | null;
}

/** What finding targets takes. */
export interface TargetsOf {
  readonly control: Knex;
  readonly config: Config;
  readonly catalog: Catalog;
  readonly principal: Principal;
  readonly words: ActionWords;
  readonly now: Date;
}

/** How one action finds what it would do: a few statements, however many districts. */
export type FindTargets = (of: TargetsOf, asked: readonly AskedDistrict[]) => Promise<Target[]>;

const nothing = { resyncId: null, whyNot: null, note: null, detail: null };

/** A target of the district's scoped year. */
export function targetOf({ district, year }: AskedDistrict, of: Partial<Target> = {}): Target {
  return { districtId: district.id, schoolYear: year.schoolYear, ...nothing, ...of };
}

/** Scoped year by district. */
export function yearsOf(asked: readonly AskedDistrict[]): Map<string, number> {
  return new Map(asked.map(({ district, year }) => [district.id, year.schoolYear]));
}
