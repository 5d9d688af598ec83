import { turnOf, type WaveStanding, waveNumbers, type Waves } from '../../src/domain/waves';

const waves = (over: Partial<Waves> = {}): Waves => ({
  ...{ size: null, groups: [], pauseMinutes: 10, stopAbovePercent: 20 },
  ...over,
});
const ids = ['a', 'b', 'c', 'd', 'e'];

test.each([
  [{ size: 2 }, { a: 1, b: 1, c: 2, d: 2, e: 3 }],
  [{ groups: [['c'], ['a', 'e']] }, { c: 1, a: 2, e: 2, b: 3, d: 3 }],
  [
    { groups: [['c']], size: 3 },
    { c: 1, a: 2, b: 2, d: 2, e: 3 },
  ],
  [
    { groups: [['x'], ['c']], size: 9 },
    { c: 1, a: 2, b: 2, d: 2, e: 2 },
  ],
  [{}, { a: 1, b: 1, c: 1, d: 1, e: 1 }],
])('groups go first, then waves of a size, without gaps: %j', (over, expected) => {
  expect(Object.fromEntries(waveNumbers(ids, waves(over)))).toEqual(expected);
});

const minute = 60_000;
const standing = (wave: number, over: Partial<WaveStanding>): WaveStanding => ({
  ...{ wave, districts: 5, waiting: 0, underWay: 0, done: 0, failed: 0, endedAt: null },
  ...over,
});
const first = (over: Partial<WaveStanding>) => standing(1, { endedAt: 100 * minute, ...over });
const second = (over: Partial<WaveStanding> = {}) => standing(2, { waiting: 5, ...over });

test.each([
  ['the first at once', [standing(1, { waiting: 5 }), second()], { wave: 1 }],
  ['none before the one before has ended', [first({ done: 4, underWay: 1 }), second()], { wave: 1 }],
  ['not before the pause is over', [first({ done: 5 }), second()], { beginsAt: 110 * minute }],
  [
    'on through a wave that has begun',
    [first({ done: 5 }), second({ waiting: 4, underWay: 1 })],
    { wave: 2 },
  ],
  ['a wave of which nobody could be asked holds none up', [standing(1, {}), second()], { wave: 2 }],
  ['nothing when all have ended', [first({ done: 5 }), second({ waiting: 0, done: 5 })], {}],
  ['nothing, and stops nothing, when too many of the last failed', [first({ done: 1, failed: 4 })], {}],
  ['on at the limit', [first({ done: 4, failed: 1 }), second({ waiting: 4, done: 1 })], { wave: 2 }],
])('goes %s', (_how, standings, expected) => {
  expect(turnOf(standings, waves(), 105 * minute)).toEqual({
    ...{ wave: null, beginsAt: null, stopped: null },
    ...expected,
  });
});

test('begins when the pause is over, and stops in the middle of a wave once too many have failed', () => {
  expect(turnOf([first({ done: 5 }), second()], waves(), 110 * minute)).toMatchObject({ wave: 2 });
  const { wave, stopped } = turnOf([first({ waiting: 2, done: 1, failed: 2 }), second()], waves(), 0);
  expect([wave, stopped]).toEqual([
    null,
    'Stopped in wave 1: 2 of its 5 districts failed or ended red, more than 20 %.',
  ]);
});
