import { ApplicationFailure } from '@temporalio/common';
import type { syncEvent } from '../../workflows';
import { syncEventWorkflowId } from '../../workflows/messages';
import { withWorkflows } from './support';

test('at a run’s end the fields of the state’s own are settled, of objects that have some and finished, then carried down', () =>
  withWorkflows(
    {
      objects: [
        { name: 'Person', stateFields: 'Person' },
        { name: 'Plain', after: ['Person'] },
        { name: 'Broken', stateFields: 'Broken' },
      ],
      move: ({ object }) =>
        object === 'Broken' ? Promise.reject(ApplicationFailure.nonRetryable('No.')) : Promise.resolve(),
      counts: (object) => (object === 'Person' ? { blocked: 1 } : {}),
    },
    async ({ start, client, request, log }) => {
      const asked = request();
      await (await start(asked)).result();
      const event = log.find((line) => line.startsWith('event of'))?.slice('event of '.length) ?? '';
      await client.workflow.getHandle(syncEventWorkflowId(event)).result();
      expect(log.filter((line) => /^(retry|settle|carry)/.test(line))).toEqual([
        'retry Person',
        'settle Person 1',
        `carry ${event}`,
      ]);
    },
  ));

test('a run finishes all the same when its fields could not be settled, and the event says why', () =>
  withWorkflows(
    {
      objects: [{ name: 'Person', stateFields: 'Person' }],
      settle: () =>
        Promise.reject(ApplicationFailure.nonRetryable('The account has no right.', 'ConfigurationError')),
    },
    async ({ start, log }) => {
      const end = await (await start()).result();
      expect(end.status).toBe('finished');
      expect(log).toContain('event failed: The account has no right.');
      expect(log.some((line) => line.startsWith('carry'))).toBe(false);
    },
  ));

test('an event waits until no blackout window holds, the district’s own included', async () => {
  // Counted from its first question.
  let endsAt = 0;
  await withWorkflows(
    {
      objects: [],
      blackout: (at, initiator) => {
        if (endsAt === 0) endsAt = at + 1_500;
        return initiator === 'district' && at < endsAt
          ? { startsAt: new Date(at - 60_000).toISOString(), endsAt: new Date(endsAt).toISOString() }
          : null;
      },
    },
    async ({ client, taskQueue, district, log }) => {
      const syncEventId = `event-of-${district}`;
      await client.workflow.execute<typeof syncEvent>('syncEvent', {
        taskQueue,
        workflowId: syncEventWorkflowId(syncEventId),
        args: [{ syncEventId, districtId: district }],
      });
      expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
      expect(log).toEqual(['ask blackout', 'ask blackout', `carry ${syncEventId}`]);
    },
  );
});
