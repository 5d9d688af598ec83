import type { TableObject } from '../api/answers';

/** One row of the tree, in the order in which it is shown. */
export interface TreeRow {
  readonly item: TableObject;
  /** From 1. */
  readonly level: number;
  readonly children: readonly string[];
  /** Its place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/** The objects below each other, siblings in the catalog's order. */
export function treeOf(items: readonly TableObject[]): TreeRow[] {
  const byParent = new Map<string | null, TableObject[]>();
  for (const item of items) byParent.set(item.treeParent, [...(byParent.get(item.treeParent) ?? []), item]);
  const rows: TreeRow[] = [];
  const add = (parent: string | null, level: number): void => {
    const siblings = byParent.get(parent) ?? [];
    siblings.forEach((item, index) => {
      const children = (byParent.get(item.object) ?? []).map(({ object }) => object);
      rows.push({ item, level, children, place: index + 1, siblings: siblings.length });
      add(item.object, level + 1);
    });
  };
  add(null, 1);
  return rows;
}

/** All objects below one. */
export function below(rows: readonly TreeRow[], name: string): string[] {
  const children = new Map(rows.map((row) => [row.item.object, row.children]));
  const under = (at: string): string[] =>
    (children.get(at) ?? []).flatMap((child) => [child, ...under(child)]);
  return under(name);
}
