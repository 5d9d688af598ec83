import { closeReleasedTask, districtOf, postReleaseAlerts } from '../src/features/identity-conflicts/alerts';
import { readIdentityConflict } from '../src/features/identity-conflicts/store';
import { actionFor } from '../src/domain/identity-conflict';
import { DatabaseError } from '../src/editions/connection/errors';
import { resolveIdentity, storeResolution } from '../src/editions/identity/resolve-identity';
import { loadMapping } from '../src/editions/mapping/load';
import type { IdentityAnswer, IdentityQuestion } from '../workflows/messages';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { shortActivity } from './activity';

/** Resolving records whose identity no longer goes together. */
export function identityActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  return {
    /**
     * Changes the state as a person has decided, or only counts what would change. Safe to repeat:
     * what is resolved is resolved once.
     */
    resolveIdentityConflict: shortActivity(
      async ({ conflictId, preview, by }: IdentityQuestion): Promise<IdentityAnswer> => {
        const conflict = await readIdentityConflict(control, conflictId);
        const { districtId, schoolYear, object, code, key, guid, formerKey } = conflict;
        const action = actionFor(code);
        if (guid === null) return { changes: [], problem: `${object} has no GUID under this key.` };
        if (conflict.resolved) {
          // Only the answer of what resolved it may have been lost.
          await closeReleasedTask(control, conflict);
          return { changes: [], problem: null };
        }
        const catalog = await catalogOf(dependencies, districtId);
        try {
          const changes = await editions.use(conflict, async (pools) =>
            resolveIdentity(
              {
                editions: pools,
                catalog,
                mapping: await loadMapping(pools, catalog, object),
                scope: editions.scope(districtId, schoolYear),
              },
              { action, key, guid, oldKey: formerKey, preview },
              (session, keys) => storeResolution(session, pools.control, { conflictId, action, by, keys }),
            ),
          );
          if (action === 'release' && !preview) {
            await closeReleasedTask(control, conflict);
            await postReleaseAlerts(control, {
              conflictId,
              object,
              districtId,
              holderId: districtOf(config.districts, conflict.heldBy)?.id ?? null,
            });
          }
          return { changes, problem: null };
        } catch (error) {
          if (!(error instanceof DatabaseError) || error.errorClass !== 'configuration') throw error;
          return { changes: [], problem: error.message };
        }
      },
    ),
  };
}
