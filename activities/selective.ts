import {
  endPreview,
  noteFoundKey,
  readPreview,
  summarizeSelected,
} from '../src/features/selective-sync/preview-store';
import type { Catalog } from '../src/domain/catalog';
import { PlanError, type ResyncPlan } from '../src/domain/plan';
import { unsentBelow } from '../src/domain/selection';
import { findByGuid, findRecord } from '../src/editions/selection/select-records';
import { DatabaseError } from '../src/editions/connection/errors';
import { loadMapping } from '../src/editions/mapping/load';
import type { RecordAnswer, RecordQuestion } from '../workflows/messages';
import { selectAsked, planAll } from './selected-plan';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { activity, shortActivity } from './activity';

/**
 * Activities around the selective sync of one record, beside its run. They write nothing at the
 * state.
 */
export function selectiveActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const scopeOf = ({ districtId, schoolYear }: { districtId: string; schoolYear: number }) =>
    editions.scope(districtId, schoolYear);

  return {
    /** Looks for a record in the district's table, by its key or GUID, and school year. */
    findRecord: shortActivity(async ({ questionId }: RecordQuestion): Promise<RecordAnswer> => {
      const question = await readPreview(control, questionId);
      const catalog = await catalogOf(dependencies, question.districtId);
      try {
        return await editions.use(question, async (pools) => {
          const mapping = await loadMapping(pools, catalog, question.object);
          const { guid = null } = question;
          const key =
            guid === null
              ? await findRecord(pools, mapping, scopeOf(question), question.key)
              : await findByGuid(pools, mapping, scopeOf(question), guid);
          // By the control database: keys are not for histories.
          if (guid !== null && key !== null) await noteFoundKey(control, questionId, key);
          return { found: key !== null, problem: null };
        });
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.errorClass !== 'configuration') throw error;
        return { found: false, problem: error.message };
      }
    }),

    /**
     * Chooses what a selective sync would send, counts it, and forgets it again. Safe to repeat.
     */
    previewSelection: activity(async ({ signal, note }, { previewId }: PreviewRef): Promise<void> => {
      const preview = await readPreview(control, previewId);
      const { districtId, object, key } = preview;
      const district = editions.district(districtId);
      const catalog = await catalogOf(dependencies, districtId);
      const all = await planAll({ catalog, control }, district, preview);
      const objects = all.objects.map(({ name }) => name);
      try {
        const unsearched = await editions.use(preview, (pools) =>
          selectAsked(
            {
              ...{
                editions: pools,
                catalog,
                scope: scopeOf(preview),
                choiceId: previewId,
                objects,
                signal,
              },
              districtLoadCeiling: config.copy.districtLoadCeiling,
              onObject: (name) => note({ choosing: name }),
            },
            { object, key },
          ),
        );
        const selected = await summarizeSelected(control, previewId);
        const answer = {
          objects: objects.flatMap((name) => selected.get(name) ?? []),
          omitted: [...unsentOf(catalog, all, object), ...unsearched],
        };
        await endPreview(control, previewId, { answer });
      } catch (error) {
        if (!(error instanceof PlanError)) throw error;
        await endPreview(control, previewId, { message: error.message });
      }
    }),

    /** The preview could not be made. */
    failPreview: shortActivity(({ previewId, message }: PreviewRef & { message: string }): Promise<void> =>
      endPreview(control, previewId, { message }),
    ),
  };
}

/** What hangs below the object and isn't sent; in another school year the plan doesn't say why. */
function unsentOf(catalog: Catalog, { objects, omitted }: ResyncPlan, root: string) {
  const whys = new Map(omitted.map(({ name, why }) => [name, why]));
  return unsentBelow(catalog, new Set(objects.map(({ name }) => name)), root).map((object) => ({
    object,
    why: whys.get(object) ?? 'not sent in this school year',
  }));
}

interface PreviewRef {
  readonly previewId: string;
}
