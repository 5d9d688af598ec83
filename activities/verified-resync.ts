import { loadResync } from '../src/features/resyncs/store';
import { readVerifiedObjects } from '../src/features/verifications/object-store';
import { objectsToSend } from '../src/domain/verified-resync';
import type { ActivityDependencies } from './dependencies';
import { shortActivity } from './activity';

/**
 * Activities of a resync that sends only what drifted; its verifications are made by those of any
 * verification.
 */
export function verifiedResyncActivities({ control }: ActivityDependencies) {
  return {
    /**
     * Names of the objects to send, by what the first verification found; none: nothing drifted.
     */
    selectDrifted: shortActivity(
      async ({
        resyncId,
        verificationId,
      }: {
        readonly resyncId: string;
        readonly verificationId: string;
      }): Promise<readonly string[]> => {
        const { removals } = (await loadResync(control, resyncId)).request;
        return objectsToSend(await readVerifiedObjects(control, verificationId), removals);
      },
    ),
  };
}
