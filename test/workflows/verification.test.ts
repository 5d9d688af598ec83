import { randomUUID } from 'node:crypto';
import type { VerificationRequest } from '../../src/domain/verification';
import type { verification } from '../../workflows';
import { cancelVerification, verificationWorkflowId } from '../../workflows/messages';
import { until } from '../support/until';
import { door, type Script, withWorkflows, type WorkflowWorld } from './support';

async function start({ client, taskQueue, district }: WorkflowWorld) {
  const request: VerificationRequest = {
    verificationId: randomUUID(),
    districtId: district,
    schoolYear: 2027,
    objects: 'all',
    checkDependencies: true,
    initiator: 'district',
    requestedBy: 'test',
    kind: 'verification',
    resyncId: null,
  };
  return client.workflow.start<typeof verification>('verification', {
    taskQueue,
    workflowId: verificationWorkflowId(request.verificationId),
    args: [request],
  });
}

const objects: Script['objects'] = [
  { name: 'School' },
  { name: 'Course', after: ['School'] },
  { name: 'Room', after: ['School'] },
  { name: 'Ring', after: ['School'], cycle: 'ring' },
  { name: 'Stone', after: ['Course'], cycle: 'ring' },
];

it('compares parents before children, a cycle as one, and two at a time at most', async () => {
  let underWay = 0;
  let most = 0;
  const two = door();
  const compare = async () => {
    most = Math.max(most, (underWay += 1));
    if (underWay === 2) two.open();
    await two.opened;
    // Time for a third to come.
    await new Promise((resolve) => setTimeout(resolve, 100));
    underWay -= 1;
    return null;
  };
  const roots = ['Bell', 'Clock'].map((name) => ({ name }));
  await withWorkflows({ objects: [...objects, ...roots], compare }, async (world) => {
    expect(await (await start(world)).result()).toMatchObject({ status: 'finished' });
    const at = (line: string): number => world.log.indexOf(line);
    expect(world.log.filter((line) => line.startsWith('compare '))).toHaveLength(6);
    expect(world.log).toContain('together School, then Course, Room');
    for (const child of ['Course', 'Room'])
      expect(at('compared School')).toBeLessThan(at(`compare ${child}`));
    expect(at('compared Course')).toBeLessThan(at('compare Ring+Stone'));
    expect(most).toBe(2);
    expect(world.log.at(-1)).toBe('end finished');
  });
});

it('waits for a resync in the middle of an object, and tells no more of a state’s than that it runs', async () => {
  const seen = new Map<string, number>();
  const compare: Script['compare'] = ([name]) => {
    const times = (seen.get(name!) ?? 0) + 1;
    seen.set(name!, times);
    // The first time with what it follows.
    if (times > 2) return Promise.resolve(null);
    if (name === 'Course') return Promise.resolve({ resyncId: 'r1', hidden: false });
    return Promise.resolve(name === 'Room' ? { resyncId: 'r2', hidden: true } : null);
  };
  await withWorkflows({ objects: objects.slice(0, 3), compare }, async (world) => {
    expect(await (await start(world)).result()).toMatchObject({ status: 'finished' });
    const told = world.log.filter((line) => /^(waiting|running):/.test(line)).join('\n');
    expect(told).toContain('Waits for resync r1 to end Course.');
    expect(told).toContain('Waits for a resync of the state to end.');
    expect(told).not.toContain('r2');
    expect(told).not.toContain('Room');
    expect(told.split('\n').at(-1)).toBe('running: ');
    expect(seen).toEqual(
      new Map([
        ['School', 1],
        ['Course', 3],
        ['Room', 3],
      ]),
    );
  });
});

it('is cancelled in the middle, and closes its books', async () => {
  const shut = door();
  const compare = async () => {
    await shut.opened;
    return null;
  };
  await withWorkflows({ objects: objects.slice(0, 2), compare }, async (world) => {
    const handle = await start(world);
    await until('School is under way', () => world.log.includes('compare School'));
    await handle.executeUpdate(cancelVerification, { args: [{ by: 'somebody' }] });
    await until('the worker has heard of it', () => world.log.includes('told to stop'));
    shut.open();
    expect(await handle.result()).toMatchObject({ status: 'cancelled', message: 'Cancelled by somebody.' });
    expect(world.log).not.toContain('compare Course');
    expect(world.log.at(-1)).toBe('end cancelled');
  });
});
