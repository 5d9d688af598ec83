import type { Column, TableShape } from './table-shape';

/**
 * Servers compare names of columns without case, whatever the system: `Name` of the catalog is
 * `NAME` of a table. The shape is read in the spelling of whoever asks, so that names can be
 * compared as they are.
 */

/** Whether two names are one column's. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * The shape with its columns spelled as in `names`; of two that differ by case only the first
 * counts.
 * @returns the shape itself where every name is spelled alike
 */
export function spelledLike(shape: TableShape, names: Iterable<string>): TableShape {
  const wanted = new Map<string, string>();
  for (const name of names) if (!wanted.has(name.toLowerCase())) wanted.set(name.toLowerCase(), name);
  const spell = (name: string): string => wanted.get(name.toLowerCase()) ?? name;
  if ([...shape.columns.keys()].every((name) => spell(name) === name)) return shape;
  return {
    ...shape,
    columns: new Map(
      [...shape.columns.values()].map((column): [string, Column] => {
        const name = spell(column.name);
        return [name, { ...column, name, computedFrom: column.computedFrom.map(spell) }];
      }),
    ),
    uniqueIndexes: shape.uniqueIndexes.map((index) => ({ ...index, columns: index.columns.map(spell) })),
    partialIndexes: shape.partialIndexes.map((index) => ({ ...index, columns: index.columns.map(spell) })),
    foreignKeys: shape.foreignKeys.map((key) => ({ ...key, columns: key.columns.map(spell) })),
  };
}
