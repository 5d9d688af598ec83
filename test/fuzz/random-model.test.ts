import { checkModel } from './model';

/** A part of `npm run fuzz`, always the same. */

test('30 random schemas with records and drift come out as brute force says', async () => {
  const { draws, seen, counterexample } = await checkModel({ seed: 20270131, runs: 30 });
  expect(counterexample?.text ?? '').toBe('');
  expect(draws).toBe(30);
  for (const outcome of ['inserted', 'updated', 'unchanged', 'failed', 'blocked', 'extra'])
    expect({ outcome, seen: (seen[outcome] ?? 0) > 0 }).toEqual({ outcome, seen: true });
}, 300_000);
