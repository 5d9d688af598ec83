/**
 * Asks for the next item while the one before is in use.
 * @throws what the items throw, when it is their turn
 */
export async function* ahead<Item>(items: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  const ask = (): Promise<IteratorResult<Item, void>> => {
    const next = items.next();
    // Whoever gave up doesn't ask any more, and what it would have thrown is nobody's.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = ask(); ;) {
      const { done, value } = await next;
      if (done === true) return;
      next = ask();
      yield value;
    }
  } finally {
    await items.return();
  }
}
