import fc from 'fast-check';
import { evenCuts } from '../../src/domain/even-cuts';

test('cuts lie in order within the stretch, no part is too many, and only the last one is short', () => {
  const cases = fc.record({
    first: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
    length: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    width: fc.bigInt({ min: 1n, max: 2n ** 40n }),
    most: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(cases, ({ first, length, width, most }) => {
      const last = first + length;
      const cuts = evenCuts({ first, last }, { width, most });
      const bounds = [first, ...cuts, last];
      const widths = bounds.slice(1).map((bound, n) => bound - bounds[n]!);
      expect(cuts.length).toBeLessThan(most);
      for (const part of widths.slice(0, -1)) expect(part).toBe(widths[0]);
      expect(widths.at(-1)! <= widths[0]!).toBe(true);
      expect(length === 0n || widths.at(-1)! > 0n).toBe(true);
      if (width * BigInt(most) >= length && cuts.length > 0) expect(widths[0]).toBe(width);
    }),
  );
});
