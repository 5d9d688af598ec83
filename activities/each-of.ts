/**
 * Districts worked on at the same time by one activity; each costs a connection and a call to
 * Temporal.
 */
const concurrency = 8;

/** Runs work for each item, a few at a time; every one is tried, then the first error is thrown. */
export async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: concurrency }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
