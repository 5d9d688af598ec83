import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { Waves } from '../../domain/waves';
import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { sees } from '../../http/require';
import { type AskedOfDistricts, planDistricts, type PlannedDistrict } from './plan-districts';
import type * as schemas from './schemas';

/** Whom to ask for what. */
interface Body extends Omit<AskedOfDistricts, 'waves'> {
  readonly districts: 'all' | readonly string[];
  readonly waves?: z.output<typeof schemas.waves> | undefined;
}

/**
 * The districts asked for, each planned.
 * @throws Problem 422 on a district that is unknown, or in a wave and not asked; PlanError as
 * planDistricts
 */
export function plannedDistricts(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<PlannedDistrict[]> {
  const districts = selectedDistricts(context, principal, body);
  const waves = wavesOf(body);
  refuseOddGroups(districts, waves);
  return planDistricts(context, districts, { ...body, waves });
}

/** The waves as they are stored; `null`: all together. */
export function wavesOf({ waves }: Pick<Body, 'waves'>): Waves | null {
  return waves === undefined ? null : { ...waves, size: waves.size ?? null };
}

/** @throws Problem 422 when a group names a district that isn't asked, or that another group has */
function refuseOddGroups(districts: readonly DistrictConfig[], waves: Waves | null): void {
  const left = new Set(districts.map(({ id }) => id));
  for (const [at, group] of (waves?.groups ?? []).entries())
    for (const [place, id] of group.entries())
      if (!left.delete(id))
        throw unusable('It is not among the districts asked, or is named twice.', {
          pointer: `#/waves/groups/${at}/${place}`,
        });
}

/** The districts that are named, as far as the caller sees them. @throws Problem 422 */
export function selectedDistricts(
  { config }: ApiContext,
  principal: Principal,
  { districts }: Pick<Body, 'districts'>,
): DistrictConfig[] {
  const visible = config.districts.filter(({ id }) => sees(principal, id));
  if (districts === 'all') return visible;
  const byId = new Map(visible.map((district) => [district.id, district]));
  return [...new Set(districts)].map((id, index) => {
    const district = byId.get(id);
    if (district) return district;
    throw unusable('There is no such district.', { pointer: `#/districts/${index}` });
  });
}
