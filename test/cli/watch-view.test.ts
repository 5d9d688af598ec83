import { Writable } from 'node:stream';
import { RunView } from '../../src/cli/client/run-progress';
import { createWatchView, duration } from '../../src/cli/client/watch-view';
import type { ObjectOutcome } from '../../src/cli/client/answers';
import { noRecords, viewCounts } from '../../src/domain/outcome';
import { requestOf } from '../support/control-database';

const row = (object: string, over: Partial<ObjectOutcome> = {}): ObjectOutcome => ({
  object,
  position: 0,
  status: 'waiting',
  color: 'gray',
  colorWithoutExclusions: 'gray',
  counts: viewCounts(noRecords),
  ranges: 1,
  rangesDone: 0,
  expected: null,
  message: null,
  doubt: null,
  held: null,
  startedAt: null,
  endedAt: null,
  ...over,
});
const run = (objectResults: ObjectOutcome[]): RunView =>
  new RunView({
    ...requestOf('r1'),
    objects: 'all',
    status: 'running',
    percent: 0,
    color: 'gray',
    colorWithoutExclusions: 'gray',
    message: null,
    requestedAt: '2026-11-25T00:00:00.000Z',
    startedAt: '2026-11-25T00:00:00.000Z',
    endedAt: null,
    heldUntil: null,
    catalogHash: null,
    otherCatalog: null,
    errorsRemovedAt: null,
    totals: null,
    objectResults,
  });
const seconds = (s: number) => Date.parse('2026-11-25T00:00:00.000Z') + s * 1000;

class Sink extends Writable {
  text = '';
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

test('the time left follows the share of the records that the last run leads to expect', () => {
  const half = run([
    row('A', { status: 'running', expected: 10_000, counts: viewCounts({ ...noRecords, inserted: 5100 }) }),
  ]);
  const { share, secondsLeft } = half.estimate(seconds(51));
  expect(share).toBeCloseTo(0.51);
  expect(secondsLeft).toBeCloseTo(49);
});

test('nothing is guessed before there is something to judge by', () => {
  const fresh = run([row('A'), row('B')]);
  expect(fresh.estimate(seconds(100))).toMatchObject({ objectsDone: 0, objects: 2, secondsLeft: null });
});

test('without a terminal each object that ended gets one line, once, without control characters', () => {
  const sink = new Sink(false);
  const view = createWatchView({ stream: sink });
  const state = run([row('A', { status: 'running' }), row('B')]);
  view.update(state);
  state.takeObject(
    row('A', { status: 'finished', color: 'green', counts: viewCounts({ ...noRecords, inserted: 1234 }) }),
  );
  view.update(state);
  view.update(state);
  view.close();
  expect(sink.text).toBe('r1 running\n● A green, 1,234 processed, 0 errors [1/2]\n');
});

test('a terminal shows objects in flight and leaves only the ended ones when it closes', () => {
  const sink = new Sink(true);
  const view = createWatchView({ stream: sink });
  view.update(
    run([row('A', { status: 'running' }), row('B', { status: 'failed', color: 'red', message: 'Why.' })]),
  );
  expect(sink.text).toContain('○ A');
  expect(sink.text).toMatch(/B.* failed, 0 processed, 0 errors: Why\./);
  view.close();
  expect(sink.text.endsWith('\u001b[2A\u001b[0J')).toBe(true);
});

test.each([
  [0.2, '1 s'],
  [89, '89 s'],
  [120, '2 min'],
  [7500, '2 h 5 min'],
])('%d seconds read %s', (value, text) => expect(duration(value)).toBe(text));
