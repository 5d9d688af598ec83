import type { Manifest } from '../src/domain/certification';
import { certify } from '../src/features/certifications/certify';
import { compareWithCertified } from '../src/features/certifications/compare';
import { failDrift } from '../src/features/certifications/drift-store';
import { failCertification, loadCertification } from '../src/features/certifications/store';
import { activity, shortActivity } from './activity';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { measureAgain, measureObjects } from './measuring';

/** As the workflow's input; kept apart, because workflows import the activities' types. */
interface CertificationWork {
  readonly certificationId: string;
  readonly driftId?: string;
}

/** Activities that certify what the state holds and compare it with later days. */
export function certificationActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const { waitHours, privateKey } = config.certification;
  return {
    /**
     * Measures and signs, or compares when a comparison is named. Safe to repeat: what has ended is
     * left as it is. `waits`: a run is under way, look again.
     */
    measureCertification: activity(
      async (tools, { certificationId, driftId }: CertificationWork): Promise<{ waits: boolean }> => {
        const head = await loadCertification(control, certificationId);
        const { districtId, schoolYear } = head;
        const catalog = await catalogOf(dependencies, districtId);
        const scope = editions.scope(districtId, schoolYear);
        const measuring = { catalog, scope, tools };
        if (driftId !== undefined) {
          const measure = (manifest: Manifest) =>
            editions.use(head, (pools) => measureAgain(pools, manifest, measuring));
          return compareWithCertified(control, head, { driftId, waitHours, measure });
        }
        const measure = (names: readonly string[]) =>
          editions.use(head, (pools) => measureObjects(pools, names, measuring));
        return certify(control, head, {
          district: editions.district(districtId),
          catalog,
          sharesState: scope.sharesState,
          privateKey,
          waitHours,
          measure,
        });
      },
    ),

    /** It came to nothing; why is for people to read. */
    endCertification: shortActivity(
      ({ certificationId, driftId, message }: CertificationWork & { message: string }): Promise<void> =>
        driftId === undefined
          ? failCertification(control, certificationId, message)
          : failDrift(control, driftId, message),
    ),
  };
}
