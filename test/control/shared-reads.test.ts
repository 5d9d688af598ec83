import { SharedReads } from '../../src/control/shared-reads';

/** What many ask for in the same moment is read once for all of them. */

const later = <T>() => {
  let give!: (answer: T) => void;
  let fail!: (error: Error) => void;
  const answer = new Promise<T>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  return { answer, give, fail };
};

test('however many ask for the same get one read of it; other things, and it again later, are read anew', async () => {
  const shared = new SharedReads();
  const one = later<string>();
  let reads = 0;
  const ask = (name: string, freshMs: number) =>
    shared.of(name, freshMs, () => {
      reads += 1;
      return reads === 1 ? one.answer : Promise.resolve(`read ${reads}`);
    });
  const asked = Array.from({ length: 50 }, () => ask('standing', 60_000));
  expect([reads, await ask('another', 60_000)]).toEqual([1, 'read 2']);
  one.give('the first');
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['the first']));
  expect([await ask('standing', 60_000), reads]).toEqual(['the first', 2]);
  // As old as nothing may be.
  expect(await ask('standing', 0)).toBe('read 3');
});

test('what could not be read is read again by who asks next', async () => {
  const shared = new SharedReads();
  const away = later<string>();
  const failing = [1, 2].map(() => shared.of('it', 60_000, () => away.answer));
  away.fail(new Error('away'));
  for (const one of failing) await expect(one).rejects.toThrow('away');
  expect(await shared.of('it', 60_000, () => Promise.resolve('back'))).toBe('back');
});
