import { exitCodeOf } from '../../src/cli/exit-codes';

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
] as const)(
  'a resync that is %s and %s exits, with --fail-on %s, with %i',
  (status, colour, failOn, code) => {
    expect(exitCodeOf({ status, colour }, failOn)).toBe(code);
  },
);
