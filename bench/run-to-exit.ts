import { stopOnSignal } from './stop-on-signal';

type Say = (line: string) => void;

/**
 * The exit code of a bench: 0 when its bounds were kept, 1 when one was missed or it failed, which
 * is said.
 */
export function exitWith(bounds: Promise<boolean>, say: Say): void {
  bounds.then(
    (kept) => {
      process.exitCode = kept ? 0 : 1;
    },
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
}

/** Runs a bench whose servers are stopped at its end, whatever that is. */
export function runToExit(
  main: () => Promise<boolean>,
  { stop, say }: { readonly stop: () => Promise<void>; readonly say: Say },
): void {
  stopOnSignal(stop, say);
  exitWith(main().finally(stop), say);
}
