import { exitCodeOf, exitCodeOfVerification } from '../../src/cli/client/exit-codes';
import type { Verification } from '../../src/cli/client/answers';
import { noRecords } from '../../src/domain/outcome';
import { nothingCompared } from '../../src/domain/verification';

test.each([
  ['finished', 'green', 'yellow', 0],
  ['finished', 'yellow', 'yellow', 3],
  ['finished', 'red', 'yellow', 4],
  ['finished', 'yellow', 'red', 0],
  ['finished', 'red', 'red', 4],
  ['finished', 'red', 'never', 0],
  ['failed', 'red', 'never', 5],
  ['lost', 'red', 'yellow', 5],
  ['cancelled', 'red', 'never', 6],
  ['running', 'gray', 'yellow', 5],
] as const)('a resync that is %s and %s exits, with --fail-on %s, with %i', (status, color, failOn, code) => {
  expect(exitCodeOf({ status, color }, failOn)).toBe(code);
});

test.each([
  ['equal', 'finished', { equal: true }, 0],
  ['drift a resync mends', 'finished', { missing: 1, sent: 1 }, 3],
  ['drift it does not mend all of', 'finished', { missing: 2, sent: 1 }, 4],
  ['records only at the state', 'finished', { extra: 1 }, 4],
  ['an object that could not be compared', 'finished', { object: 'failed' }, 5],
  ['a failure', 'failed', {}, 5],
  ['a cancellation', 'cancelled', {}, 6],
] as const)('a verification of %s (%s) exits as it should', (_what, status, found, code) => {
  const {
    equal = false,
    missing = 0,
    extra = 0,
    sent = 0,
    object = 'finished',
  } = found as {
    equal?: boolean;
    missing?: number;
    extra?: number;
    sent?: number;
    object?: 'finished' | 'failed';
  };
  const view = {
    status,
    equal,
    totals: { ...nothingCompared, missing, extra },
    objectResults: [{ status: object, predicted: { ...noRecords, inserted: sent } }],
  } as unknown as Verification;
  expect(exitCodeOfVerification(view)).toBe(code);
});
