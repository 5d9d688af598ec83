import fc from 'fast-check';
import { judgeYearEnd, judgeYearStart, type YearRun } from '../../src/domain/year-end';
import { judgeSwitch, type SwitchRequest } from '../../src/domain/year-switch';
import { adviseResync, scenarioProblem } from '../../src/domain/scenario-rules';
import { endedStatuses } from '../../src/domain/resync';

const schoolYear = 2027;
const acceptedColors = ['green', 'yellow'] as const;
const at = (n: number): string => new Date(Date.UTC(2027, 5, 1) + n * 60_000).toISOString();

/** A full, green, finished resync of minute `n` that wrote nothing. */
function run(n: number, over: Partial<YearRun> = {}): YearRun {
  return {
    resyncId: `r${n}`,
    full: true,
    scenario: 'OTHER',
    initiator: 'district',
    status: 'finished',
    color: 'green',
    requestedAt: at(n),
    startedAt: at(n),
    endedAt: at(n),
    written: 0,
    enrollmentsRead: 5,
    accepted: false,
    ...over,
  };
}
const judge = (...runs: YearRun[]) => judgeYearEnd({ schoolYear, runs, acceptedColors });
const full = run(1, { written: 100 });

describe('a year may be ended when its newest full resync finished with an accepted outcome and nothing changed since', () => {
  test.each<[string, YearRun[], RegExp | true]>([
    ['no resync', [], /No full resync/],
    ['a partial one', [run(1, { full: false })], /No full resync/],
    ['one under way', [run(1, { status: 'running', endedAt: null })], /No full resync/],
    ['one that gave up', [run(1, { status: 'failed', color: 'red' })], /No full resync/],
    ['green', [full], true],
    ['yellow', [run(1, { color: 'yellow' })], true],
    ['red', [run(1, { color: 'red' })], /r1, finished red, and green or yellow is accepted/],
    ['red, accepted by the state', [run(1, { color: 'red', accepted: true })], true],
    ['green, then red', [full, run(2, { color: 'red' })], /r2, finished red/],
    ['red, then green', [run(1, { color: 'red' }), run(2)], true],
    ['a later one that wrote', [full, run(2, { full: false, written: 1 })], /r2, wrote records/],
    ['a later one that wrote nothing', [full, run(2, { full: false, color: 'red' })], true],
    ['a later one that gave up', [full, run(2, { status: 'failed' })], /r2, did not finish \(failed\)/],
    [
      'a later one that was cancelled',
      [full, run(2, { status: 'cancelled' })],
      /did not finish \(cancelled\)/,
    ],
    ['a later one withdrawn from the queue', [full, run(2, { status: 'cancelled', startedAt: null })], true],
    ['an earlier one that gave up', [run(0, { status: 'failed' }), full], true],
    ['one before it in the list, later in time', [run(2, { written: 1, full: false }), full], /r2, wrote/],
  ])('%s', (_, runs, expected) => {
    const end = judge(...runs);
    if (expected === true) expect(end.holds).toBe(true);
    else expect(end.holds ? 'holds' : end.why).toMatch(expected);
  });

  test('of the state’s resyncs no outcome is told', () => {
    const states: YearRun[][] = [
      [run(1, { initiator: 'state', color: 'red' })],
      [full, run(2, { initiator: 'state', full: false, written: 3 })],
      [full, run(2, { initiator: 'state', full: false, status: 'failed', color: 'red' })],
    ];
    for (const runs of states) {
      const end = judge(...runs);
      expect(end.holds ? '' : end.why).toMatch(/state has requested/);
      expect(end.holds ? '' : end.why).not.toMatch(/red|yellow|wrote|failed/);
    }
  });

  test('a change known from elsewhere counts when it came after', () => {
    const changes = [{ at: at(5), why: 'Verification v1 found drift.' }];
    const before = judgeYearEnd({ schoolYear, runs: [run(9)], changes, acceptedColors });
    const after = judgeYearEnd({ schoolYear, runs: [run(1)], changes, acceptedColors });
    expect([before.holds, after]).toMatchObject([
      true,
      { why: expect.stringContaining('found drift') as string },
    ]);
  });

  const anyRun = fc
    .record({
      n: fc.integer({ min: 0, max: 20 }),
      full: fc.boolean(),
      status: fc.constantFrom(...endedStatuses, 'running' as const),
      color: fc.constantFrom('green' as const, 'yellow' as const, 'red' as const),
      written: fc.integer({ min: 0, max: 2 }),
      initiator: fc.constantFrom('district' as const, 'state' as const),
      accepted: fc.boolean(),
    })
    .map(({ n, status, ...rest }) =>
      run(n, { ...rest, status, endedAt: status === 'running' ? null : at(n) }),
    );

  test('whatever happened before: a full green one at the end lets it, a later one that wrote or broke off doesn’t', () => {
    fc.assert(
      fc.property(
        fc.array(anyRun, { maxLength: 8 }),
        fc.boolean(),
        fc.constantFrom<Partial<YearRun>>({ written: 1 }, { status: 'lost' }, { status: 'cancelled' }),
        (runs, shuffled, spoiling) => {
          const good = [...runs, run(30, { written: 7 })];
          expect(judge(...(shuffled ? good.reverse() : good))).toMatchObject({
            holds: true,
            run: { resyncId: 'r30' },
          });
          expect(judge(...good, run(31, { full: false, ...spoiling })).holds).toBe(false);
        },
      ),
    );
  });
});

describe('the start-of-year resync', () => {
  const begin = (
    runs: YearRun[],
    { switchedAt = at(10), days = 0 }: { switchedAt?: string | null; days?: number } = {},
  ) =>
    judgeYearStart(
      { schoolYear: 2028, runs, acceptedColors },
      {
        switchedAt,
        dueDays: 14,
        timezone: 'America/Chicago',
        now: new Date(Date.parse(at(10)) + days * 86_400_000),
      },
    );
  const start = (n: number, over: Partial<YearRun> = {}) => run(n, { scenario: 'START_OF_YEAR', ...over });

  test.each<[string, ReturnType<typeof begin>, string]>([
    ['isn’t due before a switch', begin([], { switchedAt: null }), 'notDue'],
    ['is due after it', begin([]), 'due'],
    ['is still due on the day', begin([], { days: 14 }), 'due'],
    ['is due until its end by the district’s clocks', begin([], { days: 14.19 }), 'due'],
    ['is overdue after', begin([], { days: 14.21 }), 'overdue'],
    ['is done by a full one asked for after the switch', begin([start(11)]), 'done'],
    ['isn’t done by one asked for before', begin([start(9)]), 'due'],
    ['isn’t done by another scenario', begin([run(11)]), 'due'],
    ['isn’t done by a red one', begin([start(11, { color: 'red' })]), 'due'],
    ['isn’t done before enrollments were rolled forward', begin([start(11, { enrollmentsRead: 0 })]), 'due'],
    ['is done where there is no Enrollment object', begin([start(11, { enrollmentsRead: null })]), 'done'],
    ['stays done when a later one is red', begin([start(11), start(12, { color: 'red' })]), 'done'],
  ])('%s', (_, { status }, expected) => expect(status).toBe(expected));

  test('says by when, and why one made for it doesn’t count', () => {
    const { dueAt, dueOn, why } = begin([start(11, { enrollmentsRead: 0 })]);
    // The switch was on the evening of May 31 in Chicago.
    expect([dueOn, dueAt]).toEqual(['2027-06-14', '2027-06-15T04:59:59.999Z']);
    expect(why).toMatch(/read no enrollment of 2028/);
  });
});

describe('a switch of the scoped year', () => {
  const held = judge(full);
  const missing = judge();
  const judged = (request: Partial<SwitchRequest>, yearEnd = held, open: string[] = []) => {
    const verdict = judgeSwitch(
      { from: 2027, to: 2028, level: 'district', reason: null, ...request },
      {
        openRuns: open.map((resyncId) => ({
          resyncId,
          status: 'queued' as const,
          initiator: 'district' as const,
        })),
        yearEnd,
      },
    );
    return verdict.kind === 'refused' ? `${verdict.how}: ${verdict.why}` : verdict;
  };
  const state = { level: 'state' as const };
  const override = { ...state, reason: 'the server burned down' };

  test.each<[string, unknown, unknown]>([
    ['a district, all in order', judged({}), { kind: 'switch', overridden: false, resyncId: 'r1' }],
    ['the same year', judged({ to: 2027 }, missing), { kind: 'nothing' }],
    ['end-of-year missing', judged({}, missing), /^conflict: No full resync/],
    ['the state, end-of-year missing', judged(state, missing), /^conflict/],
    ['overridden', judged(override, missing), { kind: 'switch', overridden: true, resyncId: null }],
    ['overridden without need', judged(override), { kind: 'switch', overridden: false, resyncId: 'r1' }],
    ['a district overrides', judged({ reason: 'x' }, missing), /^notAllowed: Only a state/],
    ['two years on', judged({ to: 2029 }), /^invalid: .*switched to 2028\.$/],
    ['a district goes back', judged({ to: 2026 }), /^notAllowed/],
    ['the state goes back without a reason', judged({ ...state, to: 2026 }), /^invalid: Give the reason/],
    [
      'the state goes back',
      judged({ ...override, to: 2026 }),
      { kind: 'switch', overridden: true, resyncId: null },
    ],
    ['a resync waits', judged({}, held, ['r9']), /^conflict: Resync r9 .* is queued/],
    ['overridden while a resync waits', judged(override, missing, ['r9']), /^conflict: Resync r9/],
  ])('%s', (_, verdict, expected) => {
    if (expected instanceof RegExp) expect(verdict).toMatch(expected);
    else expect(verdict).toEqual(expected);
  });
});

test('the mandatory scenarios are full, and of the year they are about', () => {
  const year = (kind: 'previous' | 'current' | 'next') => ({
    kind,
    schoolYear: { previous: 2026, current: 2027, next: 2028 }[kind],
    currentYear: 2027,
  });
  const field = (...args: Parameters<typeof scenarioProblem>) => scenarioProblem(...args)?.field ?? null;
  expect(field('END_OF_YEAR', ['School'], year('current'))).toBe('objects');
  expect(field('START_OF_YEAR', ['School'], year('current'))).toBe('objects');
  expect(field('END_OF_YEAR', 'all', year('current'))).toBeNull();
  expect(field('END_OF_YEAR', 'all', year('previous'))).toBeNull();
  expect(field('END_OF_YEAR', 'all', year('next'))).toBe('scenario');
  expect(field('START_OF_YEAR', 'all', year('current'))).toBeNull();
  expect(field('START_OF_YEAR', 'all', year('next'))).toBe('scenario');
  expect(field('DATABASE_MODIFICATION', ['School'], year('next'))).toBeNull();
});

test('scenario OTHER is advised from the newest verification, the mandatory ones aren’t', () => {
  expect(adviseResync('OTHER', null)).toMatchObject({
    verification: null,
    text: expect.stringMatching(/compare first/) as string,
  });
  const verification = { verificationId: 'v1', finishedAt: at(1), resyncNecessary: false };
  expect(adviseResync('OTHER', verification)?.text).toMatch(/no resync is called for/);
  expect(adviseResync('OTHER', { ...verification, resyncNecessary: true })?.text).toMatch(
    /v1 .*: a resync is called/,
  );
  expect(adviseResync('END_OF_YEAR', null)).toBeNull();
});
