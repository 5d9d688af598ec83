import type { NoticeGroup } from '../../domain/notices';
import type { TemporalCalls } from '../../temporal/calls';
import { type NoticeGroupInput, noticesWorkflowId } from '../../../workflows/messages';

/** Starts sending the notices of some alerts out; a group under way is left alone. Idempotent. */
export async function startNotices(temporal: TemporalCalls, { group, ...input }: NoticeGroup): Promise<void> {
  await temporal.call((client, taskQueue) =>
    client.workflow.start('noticeDelivery', {
      taskQueue,
      workflowId: noticesWorkflowId(group),
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input satisfies NoticeGroupInput],
      staticSummary: `Notices of ${group}`,
    }),
  );
}
