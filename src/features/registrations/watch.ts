import type { DistrictRegistry } from './registry';

/** A change that another process made is noticed after so long at most. */
const lookEveryMs = 1_000;

/**
 * Looks again and again whether districts were registered, changed or retired. A control database
 * that is away is told of by whoever needs it; the districts stay as they were.
 * @param looked after each look
 */
export function watchDistricts(
  registry: DistrictRegistry,
  looked: () => Promise<unknown> = () => Promise.resolve(),
): { readonly firstLook: Promise<void>; stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    await registry
      .refresh()
      .then(looked)
      .catch(() => undefined);
    if (!stopped) timer = setTimeout(() => void (running = look()), lookEveryMs);
  };
  let running = look();
  return {
    firstLook: running,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
