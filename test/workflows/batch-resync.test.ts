import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  cancelObject,
  cancelResync,
  pauseResync,
  resumeResync,
  resyncProgress,
} from '../../workflows/messages';
import { until } from '../support/until';
import { door, withWorkflows } from './support';

const by = 'an administrator';

it('starts an object the moment its own parents are complete, not when a whole wave is', async () => {
  const slow = door();
  await withWorkflows(
    {
      objects: [
        { name: 'District' },
        { name: 'CourseCode' },
        { name: 'School', after: ['District'] },
        { name: 'Calendar', after: ['School'] },
      ],
      move: ({ object }) => (object === 'CourseCode' ? slow.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('Calendar has moved while CourseCode has not', () => log.includes('moved Calendar 0'));
      expect(log).not.toContain('moved CourseCode 0');
      slow.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.indexOf('moved District 0')).toBeLessThan(log.indexOf('move School 0'));
      expect(log.indexOf('moved School 0')).toBeLessThan(log.indexOf('move Calendar 0'));
    },
  );
});

it('skips what depends on a failed object, with the reason, and finishes everything else', async () => {
  await withWorkflows(
    {
      objects: [
        { name: 'District' },
        { name: 'School', after: ['District'] },
        { name: 'Calendar', after: ['School'] },
        { name: 'BehaviorType', after: ['School'], dependsOn: [] },
        { name: 'CourseCode', problem: 'CourseCode: the state has no table CourseCode.' },
      ],
      move: ({ object }) =>
        object === 'School'
          ? Promise.reject(ApplicationFailure.nonRetryable('no such column', 'ConfigurationError'))
          : Promise.resolve(),
    },
    async ({ start, log }) => {
      const run = await start();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toEqual(
        expect.arrayContaining([
          'failed School',
          'skipped Calendar',
          'moved BehaviorType 0',
          'failed CourseCode',
        ]),
      );
      expect(log.filter((line) => line.includes('move Calendar'))).toEqual([]);
    },
  );
});

it('starts no range while it is paused, and goes on when resumed; both updates answer', async () => {
  const first = door();
  await withWorkflows(
    {
      objects: [{ name: 'District' }, { name: 'School', after: ['District'] }],
      move: ({ object }) => (object === 'District' ? first.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('District moves', () => log.includes('move District 0'));
      expect(await run.executeUpdate(pauseResync, { args: [{ by }] })).toMatchObject({ status: 'paused' });
      first.open();
      await until('District has moved', () => log.includes('moved District 0'));
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(log).not.toContain('move School 0');
      expect((await run.query(resyncProgress)).status).toBe('paused');
      expect(await run.executeUpdate(resumeResync, { args: [{ by }] })).toMatchObject({ status: 'running' });
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toEqual(expect.arrayContaining(['status paused', 'status running', 'moved School 0']));
    },
  );
});

it('cancels a whole run: objects that did not finish say so, the books are closed, later updates are refused', async () => {
  const never = door();
  await withWorkflows(
    {
      objects: [
        { name: 'District' },
        { name: 'School', after: ['District'] },
        { name: 'Calendar', after: ['School'] },
      ],
      move: ({ object }) => (object === 'School' ? never.opened : Promise.resolve()),
    },
    async ({ start, log, client }) => {
      const run = await start();
      await until('School moves', () => log.includes('move School 0'));
      expect(await run.executeUpdate(cancelResync, { args: [{ by }] })).toMatchObject({
        status: 'cancelled',
      });
      const refused = run.executeUpdate(pauseResync, { args: [{ by }] });
      await expect(refused).rejects.toThrow(WorkflowUpdateFailedError);
      never.open();
      expect(await run.result()).toMatchObject({ status: 'cancelled' });
      expect(log).toEqual(expect.arrayContaining(['cancelled Calendar']));
      expect(log.filter((line) => line.startsWith('move Calendar'))).toEqual([]);
      const { status } = await client.workflow.getHandle(run.workflowId).describe();
      expect(status.name).toBe('COMPLETED');
    },
  );
});

it('closes the books of a cancelled large object only after its ranges under way have ended', async () => {
  const leave = door();
  await withWorkflows(
    { objects: [{ name: 'Day', ranges: 6 }], rangesInFlight: 2, move: () => leave.opened },
    async ({ start, log }) => {
      const run = await start();
      await until('two ranges move', () => log.filter((line) => line.startsWith('move Day')).length === 2);
      await run.executeUpdate(cancelResync, { args: [{ by }] });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(log).not.toContain('cancelled Day');
      leave.open();
      expect(await run.result()).toMatchObject({ status: 'cancelled' });
      expect(log.indexOf('cancelled Day')).toBeGreaterThan(log.indexOf('moved Day 1'));
      expect(log).not.toContain('move Day 2');
    },
  );
});

it('cancels one object in the middle, skips what depends on it however far below, and sends everything else', async () => {
  const held = door();
  await withWorkflows(
    {
      objects: [
        { name: 'School' },
        { name: 'Calendar', after: ['School'] },
        { name: 'CourseCode', ranges: 3 },
        { name: 'CourseSection', after: ['CourseCode'] },
        { name: 'Roster', after: ['CourseSection', 'School'] },
        // Only its order is after the cancelled object; its records don't need it.
        { name: 'Behavior', after: ['CourseCode'], dependsOn: [] },
      ],
      rangesInFlight: 1,
      move: ({ object }) => (object === 'CourseCode' ? held.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('CourseCode moves', () => log.includes('move CourseCode 0'));
      await run.executeUpdate(cancelObject, { args: [{ object: 'CourseCode', by }] });
      held.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      const moves = log.filter((line) => line.startsWith('move ')).sort();
      expect(moves).toEqual(['move Behavior 0', 'move Calendar 0', 'move CourseCode 0', 'move School 0']);
      const others = log.filter((line) => /^(cancelled|skipped|failed) /.test(line)).sort();
      expect(others).toEqual(['cancelled CourseCode', 'skipped CourseSection', 'skipped Roster']);
    },
  );
});

it('cancels an object that has not begun, and what depends on it; the object it waits for goes on', async () => {
  const held = door();
  await withWorkflows(
    {
      objects: [
        { name: 'School' },
        { name: 'Calendar', after: ['School'] },
        { name: 'CourseSection', after: ['Calendar'] },
      ],
      move: ({ object }) => (object === 'School' ? held.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('School moves', () => log.includes('move School 0'));
      await run.executeUpdate(cancelObject, { args: [{ object: 'Calendar', by }] });
      held.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.filter((line) => / (School|Calendar|CourseSection)/.test(line))).toEqual([
        'move School 0',
        'moved School 0',
        'cancelled Calendar',
        'skipped CourseSection',
      ]);
    },
  );
});

it('cancels an object for somebody who asks before the run is planned, and refuses an unknown one', async () => {
  const plan = door();
  await withWorkflows(
    { objects: [{ name: 'School' }, { name: 'CourseCode' }], plan: () => plan.opened },
    async ({ start, log }) => {
      const run = await start();
      const cancel = (object: string) => run.executeUpdate(cancelObject, { args: [{ object, by }] });
      const asked = [cancel('CourseCode'), cancel('Roster').catch((error: unknown) => error)];
      await until('both have arrived', async () => {
        const { events } = await run.fetchHistory();
        const arrived = events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
        return arrived?.length === 2;
      });
      plan.open();
      expect(await Promise.all(asked)).toMatchObject([
        { resyncId: run.workflowId.replace('resync:', '') },
        { cause: { type: 'ObjectNotPlanned', message: expect.stringContaining('Roster') as unknown } },
      ]);
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.filter((line) => /^(moved|cancelled) /.test(line)).sort()).toEqual([
        'cancelled CourseCode',
        'moved School 0',
      ]);
    },
  );
});

it('refuses to cancel an object that is unknown or has ended, by its name', async () => {
  const held = door();
  await withWorkflows(
    {
      objects: [{ name: 'School' }, { name: 'CourseCode' }],
      move: ({ object }) => (object === 'CourseCode' ? held.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('CourseCode moves', () => log.includes('move CourseCode 0'));
      const cancel = (object: string) => run.executeUpdate(cancelObject, { args: [{ object, by }] });
      await expect(cancel('Roster')).rejects.toMatchObject({
        cause: { type: 'ObjectNotPlanned', message: expect.stringContaining('Roster') as unknown },
      });
      await until('School has ended', async () => {
        const { objects } = await run.query(resyncProgress);
        return objects.find(({ name }) => name === 'School')?.status === 'finished';
      });
      await expect(cancel('School')).rejects.toMatchObject({
        cause: { type: 'ObjectEnded', message: expect.stringContaining('School') as unknown },
      });
      held.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.filter((line) => line.startsWith('cancelled'))).toEqual([]);
    },
  );
});

it('tries blocked records once more at the end, parents first', async () => {
  await withWorkflows(
    {
      objects: [
        { name: 'Calendar' },
        { name: 'ScheduleStructure', after: ['Calendar'] },
        { name: 'CourseCode' },
      ],
      counts: (object) => (object === 'CourseCode' ? { inserted: 1 } : { blocked: 3 }),
    },
    async ({ start, log }) => {
      await (await start()).result();
      expect(log.filter((line) => line.startsWith('retry'))).toEqual([
        'retry Calendar',
        'retry ScheduleStructure',
      ]);
    },
  );
});

it('sends the objects of a cycle together, verifies them, and only then closes their books', async () => {
  await withWorkflows(
    {
      objects: [
        { name: 'Department', cycle: 'Department+Employee', after: ['Company'] },
        { name: 'Company' },
        { name: 'Employee', cycle: 'Department+Employee' },
        { name: 'Payslip', after: ['Employee'] },
      ],
    },
    async ({ start, log }) => {
      await (await start()).result();
      const at = (line: string) => log.indexOf(line);
      expect(at('moved Company 0')).toBeLessThan(at('move Employee 0'));
      for (const member of ['Department', 'Employee']) {
        expect(at(`moved ${member} 0`)).toBeLessThan(at('verify Department+Employee'));
        expect(at('verify Department+Employee')).toBeLessThan(at(`finish ${member}`));
      }
      expect(at('finish Employee')).toBeLessThan(at('move Payslip 0'));
    },
  );
});

const circle = [
  { name: 'Company' },
  { name: 'Department', cycle: 'Department+Employee', after: ['Company'] },
  { name: 'Employee', cycle: 'Department+Employee', ranges: 3 },
  { name: 'Payslip', after: ['Employee'] },
];

it('verifies a cycle of which one object failed before its books are closed', async () => {
  const move = ({ object }: { object: string }): Promise<void> =>
    object === 'Department' ? Promise.reject(ApplicationFailure.nonRetryable('no')) : Promise.resolve();
  await withWorkflows({ objects: circle, move }, async ({ start, log }) => {
    await (await start()).result();
    const at = (line: string) => log.indexOf(line);
    expect(at('verify Department+Employee')).toBeGreaterThan(at('moved Employee 2'));
    expect(at('failed Department')).toBeGreaterThan(at('verify Department+Employee'));
    expect(at('failed Employee')).toBeGreaterThan(at('verify Department+Employee'));
    expect(log).toContain('skipped Payslip');
  });
});

it('verifies a cycle that was cancelled in the middle, also while the run is paused', async () => {
  const gate = door();
  const move = ({ object }: { object: string }) => (object === 'Employee' ? gate.opened : Promise.resolve());
  await withWorkflows({ objects: circle, move }, async ({ start, log }) => {
    const run = await start();
    await until('Employee moves', () => log.includes('move Employee 0'));
    await run.executeUpdate(pauseResync, { args: [{ by: 'somebody' }] });
    await run.executeUpdate(cancelResync, { args: [{ by: 'somebody' }] });
    gate.open();
    await run.result();
    const at = (line: string) => log.indexOf(line);
    expect(at('verify Department+Employee')).toBeGreaterThan(at('moved Employee 0'));
    expect(at('cancelled Employee')).toBeGreaterThan(at('verify Department+Employee'));
  });
});

it('retries the blocked of objects of one cycle together, and those before it again when it mended some', async () => {
  const left = new Map([
    ['Company', 2],
    ['Department', 2],
    ['Employee', 2],
    ['Payslip', 2],
  ]);
  const tries: string[] = [];
  const counts = (object: string) => {
    const blocked = left.get(object)!;
    tries.push(object);
    // Each look finds one record fewer, until none is left.
    left.set(object, Math.max(0, blocked - 1));
    return { blocked };
  };
  await withWorkflows({ objects: circle, counts }, async ({ start, log }) => {
    await (await start()).result();
    expect(log.filter((line) => line.startsWith('retry'))).toEqual([
      'retry Company',
      'retry Department, Employee',
      'retry Payslip',
      'retry Company',
      'retry Department, Employee',
      'retry Payslip',
    ]);
    expect(tries.filter((object) => object === 'Company')).toHaveLength(3);
  });
});

it('keeps no more ranges of an object in flight than it may, and goes on after continuing as new', async () => {
  let underWay = 0;
  let most = 0;
  const ranges = 750;
  await withWorkflows(
    {
      objects: [{ name: 'AttendanceExactCount', ranges }],
      rangesInFlight: 40,
      move: async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setTimeout(resolve, 5));
        underWay -= 1;
      },
    },
    async ({ start, log, client }) => {
      const run = await start();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      const moved = log.filter((line) => line.startsWith('moved ')).map((line) => Number(line.split(' ')[2]));
      expect(moved.sort((a, b) => a - b)).toEqual(Array.from({ length: ranges }, (_, index) => index));
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(40);
      const child = client.workflow.getHandle(`${run.workflowId}/AttendanceExactCount`);
      const { historyLength } = await child.describe();
      expect(historyLength).toBeLessThan(6 * ranges);
    },
  );
});
