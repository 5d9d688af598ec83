import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import { actionFor } from '../../domain/identity-conflict';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import type { AnswerTo } from '../../http/route';
import { requireOfferedYear } from '../scoped-year/require';
import { districtOf, tenantsOf } from './alerts';
import type * as schemas from './schemas';
import { type IdentityConflict, listIdentityConflicts } from './store';

/** A page of what is in doubt of a district, at either end. @throws Problem 422; CursorError */
export async function conflictsPage(
  context: ApiContext,
  {
    district,
    query: { schoolYear: asked, ...page },
    principal,
  }: {
    readonly district: DistrictConfig;
    readonly query: z.output<typeof schemas.conflictsQuery>;
    readonly principal: Principal;
  },
): Promise<AnswerTo<typeof schemas.conflictsPage>> {
  const { catalog, config, control } = context;
  const { schoolYear } = await requireOfferedYear(context, district, asked, { parameter: 'schoolYear' });
  const { items, ...rest } = await listIdentityConflicts(
    control,
    {
      ...{ districtId: district.id, schoolYear, schools: principal.schools },
      objects: catalog.objects.map(({ name }) => name),
      ownOnly: principal.level === 'district',
      // Of which school the holder's record is, nobody has asked.
      held: principal.schools === null ? tenantsOf(district) : null,
    },
    page,
  );
  const nameOf = (tenant: string): string => districtOf(config.districts, tenant)?.id ?? tenant;
  return { ...rest, items: items.map(({ side, conflict }) => view(principal, side, conflict, nameOf)) };
}

/** Of the other end a district sees what is its own: the object and the GUID that both have. */
function view(
  { level }: Principal,
  side: 'sender' | 'holder',
  { conflictId, districtId, initiator: _, resolved: __, ...conflict }: IdentityConflict,
  nameOf: (tenant: string) => string,
): AnswerTo<typeof schemas.identityConflict> {
  const ofState = level === 'state';
  const own = ofState || side === 'sender';
  return {
    ...conflict,
    id: conflictId,
    side,
    action: actionFor(conflict.code),
    resyncId: own ? conflict.resyncId : null,
    key: own ? conflict.key : null,
    formerKey: own ? conflict.formerKey : null,
    sentBy: own ? districtId : null,
    heldBy: ofState && conflict.heldBy !== null ? nameOf(conflict.heldBy) : null,
  };
}
