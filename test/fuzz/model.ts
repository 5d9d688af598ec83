/** The random model as one property: draws, runs and judges. */
import fc from 'fast-check';
import { Databases } from './databases';
import { draws } from './draw-records';
import { runDraw } from './run-draw';
import { scriptOf } from './script';
import { typePools } from './value-types';

export interface ModelOptions {
  readonly seed: number;
  readonly runs: number;
  /** Of a counterexample, as it was printed. */
  readonly path?: string;
  readonly onDraw?: (draws: number) => void;
}

export interface ModelResult {
  readonly draws: number;
  /** How often each outcome and code came up: a model that sees nothing finds nothing. */
  readonly seen: Readonly<Record<string, number>>;
  /** The smallest counterexample found; `null`: there is none. */
  readonly counterexample: { readonly text: string; readonly path: string } | null;
}

/** Longest time for making a counterexample smaller. */
const shrinkMs = 60_000;

export async function checkModel({ seed, runs, path, onDraw }: ModelOptions): Promise<ModelResult> {
  const databases = await Databases.open();
  const seen: Record<string, number> = {};
  let done = 0;
  let failedAt: number | null = null;
  let last = '';
  try {
    const property = fc.asyncProperty(draws(typePools(databases.areMariadb)), async (draw) => {
      // Making it smaller takes a draw for each try: at some time it is enough.
      if (failedAt !== null && Date.now() - failedAt > shrinkMs) return;
      done += 1;
      onDraw?.(done);
      const problems = await runDraw(databases, draw).then(
        (result) => {
          for (const [name, count] of Object.entries(result.seen)) seen[name] = (seen[name] ?? 0) + count;
          return result.problems;
        },
        (error: unknown) => [
          `it ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ],
      );
      if (problems.length === 0) return;
      failedAt ??= Date.now();
      last = `${problems.join('\n')}\n\n${scriptOf(draw)}`;
      throw new Error(last);
    });
    const details = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(path === undefined ? {} : { path }),
    });
    const text = details.errorInstance instanceof Error ? details.errorInstance.message : last;
    const counterexample = details.failed ? { text, path: details.counterexamplePath ?? '' } : null;
    return { draws: done, seen, counterexample };
  } finally {
    await databases.close();
  }
}
