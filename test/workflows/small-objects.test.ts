import { ApplicationFailure } from '@temporalio/common';
import { cancelObject, pauseResync, resumeResync, resyncProgress } from '../../workflows/messages';
import { until } from '../support/until';
import { door, withWorkflows } from './support';

const by = 'an administrator';
const small = (name: string, after: readonly string[] = []) => ({ name, after, small: true as const });

it('sends small objects that are ready at the same time in one activity, with what needs only them', async () => {
  const objects = [
    small('District'),
    ...['A', 'B', 'C'].map((name) => small(name, ['District'])),
    { name: 'Large', after: ['District'] },
    small('Below', ['A', 'C']),
    small('BelowLarge', ['A', 'Large']),
    { ...small('Triggered', ['A']), changedBy: ['A'] },
    { name: 'Child', after: ['B'] },
  ];
  await withWorkflows({ objects }, async ({ start, log }) => {
    const run = await start();
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(log.filter((line) => line.startsWith('together'))).toEqual([
      'together District, then A, B, C, Below',
      'together Triggered',
      'together BelowLarge',
    ]);
    const moved = log.filter((line) => line.startsWith('moved '));
    expect(moved.slice(0, 5)).toEqual(['District', 'A', 'B', 'C', 'Below'].map((name) => `moved ${name} 0`));
    expect(moved.toSorted()).toEqual(objects.map(({ name }) => `moved ${name} 0`).toSorted());
    expect(log).toContain('moved Large 0');
    const { objects: ends } = await run.query(resyncProgress);
    expect(ends.every(({ status }) => status === 'finished')).toBe(true);
  });
});

it('cuts many into activities of eight at most, two at least', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `Object${n + 1}`);
  await withWorkflows({ objects: names.map((name) => small(name)) }, async ({ start, log }) => {
    const run = await start();
    expect(await run.result()).toMatchObject({ status: 'finished' });
    const together = log.filter((line) => line.startsWith('together'));
    expect(together.map((line) => line.split(',').length).toSorted()).toEqual([4, 8, 8]);
    expect(log.filter((line) => line.startsWith('moved')).toSorted()).toEqual(
      names.map((name) => `moved ${name} 0`).toSorted(),
    );
  });
});

it('one that fails fails by itself: its neighbors have finished, what depends on it is skipped', async () => {
  await withWorkflows(
    {
      objects: [small('A'), small('Bad'), small('C'), small('Below', ['Bad'])],
      move: ({ object }) =>
        object === 'Bad'
          ? Promise.reject(ApplicationFailure.nonRetryable('no such column', 'ConfigurationError'))
          : Promise.resolve(),
    },
    async ({ start, log }) => {
      const run = await start();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toEqual(
        expect.arrayContaining(['left Bad', 'moved A 0', 'moved C 0', 'failed Bad', 'skipped Below']),
      );
      // Tried with the others and by itself.
      expect(log.filter((line) => line === 'move Bad 0')).toHaveLength(2);
      expect(log.filter((line) => line === 'move A 0')).toHaveLength(1);
    },
  );
});

it('what follows one that fails waits for it, and is sent once', async () => {
  let tries = 0;
  await withWorkflows(
    {
      objects: [small('A'), small('B'), small('OfA', ['A']), small('OfB', ['B'])],
      move: ({ object }) =>
        object === 'A' && (tries += 1) === 1 ? Promise.reject(new Error('not now')) : Promise.resolve(),
    },
    async ({ start, log }) => {
      const run = await start();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toEqual(expect.arrayContaining(['together A, B, then OfA, OfB', 'left A']));
      expect(log.indexOf('move OfA 0')).toBeGreaterThan(log.indexOf('moved A 0'));
      const moves = log.filter((line) => line.startsWith('move Of'));
      expect(moves.toSorted()).toEqual(['move OfA 0', 'move OfB 0']);
    },
  );
});

it('one that follows and is cancelled meanwhile has ended as it did', async () => {
  const slow = door();
  await withWorkflows(
    {
      objects: [small('A'), small('OfA', ['A'])],
      move: ({ object }) => (object === 'OfA' ? slow.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('OfA moves', () => log.includes('move OfA 0'));
      await run.executeUpdate(cancelObject, { args: [{ object: 'OfA', by }] });
      slow.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log.filter((line) => line.includes('OfA'))).toEqual([
        'together A, then OfA',
        'move OfA 0',
        'moved OfA 0',
      ]);
    },
  );
});

it('a cancellation of one stops the activity they share, and the others are sent all the same', async () => {
  const slow = door();
  await withWorkflows(
    {
      objects: [small('A'), small('B'), small('C')],
      move: ({ object }) => (object === 'A' ? slow.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('A moves', () => log.includes('move A 0'));
      await run.executeUpdate(cancelObject, { args: [{ object: 'A', by }] });
      slow.open();
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toEqual(expect.arrayContaining(['cancelled A', 'moved B 0', 'moved C 0']));
    },
  );
});

it('a pause stops them between two objects, and the rest follows when the run goes on', async () => {
  const slow = door();
  await withWorkflows(
    {
      objects: [small('A'), small('B')],
      move: ({ object }) => (object === 'A' ? slow.opened : Promise.resolve()),
    },
    async ({ start, log }) => {
      const run = await start();
      await until('A moves', () => log.includes('move A 0'));
      await run.executeUpdate(pauseResync, { args: [{ by }] });
      await until('the worker has heard of it', () => log.includes('told to stop'));
      slow.open();
      await until('A has moved', () => log.includes('moved A 0'));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(log).not.toContain('move B 0');
      await run.executeUpdate(resumeResync, { args: [{ by }] });
      expect(await run.result()).toMatchObject({ status: 'finished' });
      expect(log).toContain('moved B 0');
    },
  );
});

it('what the plan has closed as empty is not sent, counts as a finished parent, and is told', async () => {
  const objects = [{ ...small('Empty'), empty: true as const }, small('Below', ['Empty'])];
  await withWorkflows({ objects }, async ({ start, log }) => {
    const run = await start();
    expect(await run.result()).toMatchObject({ status: 'finished' });
    expect(log.filter((line) => line.includes('Empty'))).toEqual([]);
    expect(log).toContain('moved Below 0');
    const { objects: ends } = await run.query(resyncProgress);
    expect(ends.map(({ name, status, color }) => [name, status, color])).toEqual([
      ['Empty', 'finished', 'green'],
      ['Below', 'finished', 'green'],
    ]);
  });
});
