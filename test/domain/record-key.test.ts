import fc from 'fast-check';
import { canonicalKey, type KeyOrder } from '../../src/domain/key-order';
import { formatRecordKey } from '../../src/domain/record-error';
import { readMarks, writeMarks } from '../../src/domain/record-marks';

/** Names of records in a run's books. */

const key = fc.array(fc.string({ unit: 'grapheme', maxLength: 120 }), { minLength: 1, maxLength: 3 });
const keys = fc.array(key, { maxLength: 20 });

test('marks name again exactly the keys they were made of, line breaks, quotes and long prefixes too', () => {
  fc.assert(
    fc.property(keys, keys, keys, (inserted, unchanged, extra) => {
      const read = readMarks(writeMarks({ inserted, updated: [], unchanged, extra }));
      expect(read).toEqual({
        inserted: inserted.map(formatRecordKey),
        updated: [],
        unchanged: unchanged.map(formatRecordKey),
        extra: extra.map(formatRecordKey),
      });
    }),
  );
});

const order = (part: object): KeyOrder => [{ name: 'k', ...part } as KeyOrder[number]];

test.each([
  [{ kind: 'number', scale: 0 }, '007', '7'],
  [{ kind: 'number', scale: 0 }, '-0', '0'],
  [{ kind: 'number', scale: 0 }, '-12.00', '-12'],
  [{ kind: 'number', scale: 2 }, '+1.5', '1.50'],
  [{ kind: 'hex' }, 'AB', 'ab'],
  [{ kind: 'text' }, ' 07 ', ' 07 '],
])('a key is taken in the spelling that runs write: %j %s', (part, given, written) => {
  expect(canonicalKey(order(part), [given])).toEqual([written]);
});

test.each([
  [{ kind: 'number', scale: 0 }, '1.5'],
  [{ kind: 'number', scale: 0 }, '1e3'],
  [{ kind: 'number', scale: 0 }, ''],
  [{ kind: 'hex' }, 'abc'],
  [{ kind: 'date' }, 'yesterday'],
])(
  'a key that no record can have is refused, and the refusal names the column only: %j %s',
  (part, given) => {
    expect(() => canonicalKey(order(part), [given])).toThrow(/^k can't have this value: it is [a-z ]/);
    expect(() => canonicalKey(order(part), [given, given])).toThrow('The key has one part: k.');
  },
);
