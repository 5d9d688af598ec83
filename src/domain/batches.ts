/** Cuts a list into pieces of at most `size` items, in order. */
export function* inBatches<T>(items: readonly T[], size: number): Generator<T[], void> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
