/** A list in whose order and doubles there is no meaning: each entry once, told by what it says. */
export function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
