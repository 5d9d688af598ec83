import fc from 'fast-check';
import seed from '../catalog/specified-objects.json';
import {
  addCounts,
  assertOutcome,
  colorOf,
  colorOfCounts,
  errorsOf,
  colorWithoutExclusionsOf,
  noRecords,
  OutcomeInvariantError,
  processedOf,
  type RangeCounts,
  worstColor,
} from '../../src/domain/outcome';

const n = fc.nat({ max: 1_000_000 });
const counts: fc.Arbitrary<RangeCounts> = fc.record({
  inserted: n,
  updated: n,
  unchanged: n,
  excluded: n,
  blocked: n,
  failed: n,
  extra: n,
});
const colors = fc.constantFrom('gray' as const, 'green' as const, 'yellow' as const, 'red' as const);

test('counts add up in any order and grouping, and noRecords changes nothing', () => {
  fc.assert(
    fc.property(counts, counts, counts, (a, b, c) => {
      expect(addCounts(a, b)).toEqual(addCounts(b, a));
      expect(addCounts(addCounts(a, b), c)).toEqual(addCounts(a, addCounts(b, c)));
      expect(addCounts(a, noRecords)).toEqual(a);
      expect(processedOf(addCounts(a, b))).toBe(processedOf(a) + processedOf(b));
      expect(errorsOf(addCounts(a, b))).toBe(errorsOf(a) + errorsOf(b));
    }),
  );
});

test('processed is the records written, found equal, and in error; gone records are no part of it', () => {
  fc.assert(
    fc.property(counts, (c) => {
      expect(processedOf(c)).toBe(c.inserted + c.updated + c.unchanged + errorsOf(c));
      expect(processedOf({ ...c, extra: c.extra + 5 } as RangeCounts)).toBe(processedOf(c));
    }),
  );
});

describe('assertOutcome', () => {
  const books = (c: RangeCounts) => ({ read: processedOf(c), storedErrors: errorsOf(c) });

  test('passes books that balance', () => {
    fc.assert(fc.property(counts, (c) => assertOutcome('Day', c, books(c))));
  });

  test('refuses a record read but not accounted for, and says both numbers', () => {
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: -5, max: 5 }).filter((d) => d !== 0),
        (c, off) => {
          const read = processedOf(c) + off;
          const act = () => assertOutcome('Day', c, { ...books(c), read });
          expect(act).toThrow(OutcomeInvariantError);
          expect(act).toThrow(new RegExp(`^Day: ${read} .*\\b${processedOf(c)}\\b`));
        },
      ),
    );
  });

  test('refuses an error that is not stored, and says both numbers', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), (c, off) => {
        const storedErrors = errorsOf(c) + off;
        const act = () => assertOutcome('Day', c, { ...books(c), storedErrors });
        expect(act).toThrow(new RegExp(`^Day: ${errorsOf(c)} .*\\b${storedErrors}\\b`));
      }),
    );
  });

  test.each(['inserted', 'blocked', 'extra'] as const)(
    'refuses a count of %s that is not a whole number',
    (field) => {
      for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
        const c = { ...noRecords, [field]: value };
        expect(() => assertOutcome('Day', c, books(c))).toThrow(new RegExp(`"${field}"`));
      }
    },
  );
});

describe('color', () => {
  const screenshots = seed.screenshotResults;

  test('the specification has 23 screenshot results', () => expect(screenshots).toHaveLength(23));

  test.each(screenshots.map((s) => [s.object, s.processed, s.errors, s.expectedStatus] as const))(
    "%s of the specification's screenshots: %d processed, %d errors is %s",
    (_object, processed, errors, expected) => {
      expect(colorOfCounts({ processed, errors })).toBe(expected);
    },
  );

  test('turns red only above 1.0 %, at any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (errors) => {
        expect(colorOfCounts({ processed: errors * 100, errors })).toBe('yellow');
        expect(colorOfCounts({ processed: errors * 100 - 1, errors })).toBe('red');
        expect(colorOfCounts({ processed: errors * 100, errors: 0 })).toBe('green');
      }),
    );
  });

  test('an object of no records that finished is green', () =>
    expect(colorOf('finished', noRecords)).toBe('green'));

  test('an object that did not finish is never green, whatever its counts', () => {
    fc.assert(
      fc.property(counts, (c) => {
        for (const status of ['failed', 'cancelled', 'skipped'] as const)
          expect(colorOf(status, c)).toBe('red');
        for (const status of ['waiting', 'running'] as const) expect(colorOf(status, c)).toBe('gray');
        expect(colorOf('finished', c)).not.toBe('gray');
      }),
    );
  });

  test('the color without exclusions forgives exclusions and nothing else', () => {
    fc.assert(
      fc.property(counts, (c) => {
        const net = colorWithoutExclusionsOf('finished', c);
        if (c.blocked + c.failed === 0) expect(net).toBe('green');
        else expect(net).not.toBe('green');
        if (c.excluded === 0) expect(net).toBe(colorOf('finished', c));
      }),
    );
  });

  test('a resync has the worst color of its objects, gray while one is under way', () => {
    fc.assert(
      fc.property(fc.array(colors), (all) => {
        const rank = ['green', 'yellow', 'red', 'gray'] as const;
        const worst = rank[Math.max(0, ...all.map((color) => rank.indexOf(color)))];
        expect(worstColor(all)).toBe(worst);
      }),
    );
  });
});
