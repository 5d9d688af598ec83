import type { Knex } from 'knex';
import type { DistrictConfig } from '../../config';
import type { Catalog } from '../../domain/catalog';
import { PlanError, planResync, type PlanScope, planScopeOf } from '../../domain/plan';
import { offeredYears, whyYearNotOffered } from '../../domain/school-year';
import { waveNumbers, type Waves } from '../../domain/waves';
import { readScopedYears } from '../scoped-year/read';
import type { NewRequestDistrict } from './store';

/** What districts are to be asked for. */
export interface AskedOfDistricts {
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  /** Absent: each district its current one. */
  readonly schoolYear?: number | undefined;
  /** Absent, or `null`: all together. */
  readonly waves?: Waves | null;
}

/** A district of a request, with what it would send. */
export interface PlannedDistrict extends NewRequestDistrict {
  readonly objects: readonly string[];
  readonly wave: number | null;
}

interface Books {
  readonly catalog: Catalog;
  readonly control: Knex;
}

/**
 * Each district planned: what one doesn't send is no reason to refuse the others.
 * @throws PlanError on an unknown object, or when no district can carry it out
 */
export async function planDistricts(
  books: Books,
  configured: readonly DistrictConfig[],
  body: AskedOfDistricts,
): Promise<PlannedDistrict[]> {
  refuseUnknownObjects(books, body);
  const scopedYears = await readScopedYears(books.control);
  const plans = new Map<string, ScopePlan>();
  let field = 'objects';
  const districts = configured.map((district): Unordered => {
    const current = scopedYears.get(district.id) ?? district.schoolYear;
    const { schoolYear = current } = body;
    const years = offeredYears(current, district);
    const year = years.find((offered) => offered.schoolYear === schoolYear);
    if (!year) {
      const problem = whyYearNotOffered(schoolYear, years);
      field = 'schoolYear';
      return { districtId: district.id, schoolYear, problem, objects: [] };
    }
    // A thousand districts have a handful of scopes.
    const scope = planScopeOf(district, year);
    const key = JSON.stringify(scope);
    const plan = plans.get(key) ?? planOfScope(books, body, scope);
    plans.set(key, plan);
    return { districtId: district.id, schoolYear, ...plan };
  });
  const first = districts[0]?.problem ?? null;
  if (first !== null && districts.every(({ problem }) => problem !== null)) throw new PlanError(first, field);
  return inWaves(districts, body.waves ?? null);
}

type Unordered = Omit<PlannedDistrict, 'wave'>;

/** Who can't be asked anything takes no place in a wave. */
function inWaves(districts: readonly Unordered[], waves: Waves | null): PlannedDistrict[] {
  const asked = districts.flatMap(({ districtId, problem }) => (problem === null ? [districtId] : []));
  const numbers = waves === null ? new Map<string, number>() : waveNumbers(asked, waves);
  return districts.map((district) => ({ ...district, wave: numbers.get(district.districtId) ?? null }));
}

function refuseUnknownObjects({ catalog }: Books, { objects }: AskedOfDistricts): void {
  if (objects === 'all') return;
  const known = new Set(catalog.objects.map(({ name }) => name));
  const unknown = objects.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new PlanError(`There is no object "${unknown}" in the catalog.`, 'objects');
}

type ScopePlan = Pick<PlannedDistrict, 'problem' | 'objects'>;

/** What is sent in this scope, or why nothing can be. */
function planOfScope({ catalog }: Books, body: AskedOfDistricts, scope: PlanScope): ScopePlan {
  try {
    return { problem: null, objects: planResync(catalog, body, scope).objects.map(({ name }) => name) };
  } catch (error) {
    if (error instanceof PlanError) return { problem: error.message, objects: [] };
    throw error;
  }
}
