import { z } from 'zod';
import type { Cell } from './csv';
import type { Lines } from './send-file';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Names of a value's properties, from the outside in. */
type Path = readonly string[];

/**
 * The columns of a list's items: one for each plain value, `counts.errors` for one within another,
 * values of a plain list in one cell. Lists of objects are in the JSON only; those of `each` make a
 * line of their own each.
 */
export function linesOfItems(item: z.ZodType, each?: string): Lines<unknown> {
  const schema = z.toJSONSchema(item, { io: 'output', unrepresentable: 'any' });
  const outer = pathsIn(schema, schema, []);
  if (each === undefined)
    return { header: outer.map(nameOf), linesOf: (one) => [outer.map((path) => cellAt(one, path))] };
  const inner = pathsIn(elementOf(schema, each), schema, []);
  return {
    header: [...outer.map(nameOf), ...inner.map((path) => nameOf([each, ...path]))],
    linesOf: (one) => {
      const cells = outer.map((path) => cellAt(one, path));
      const elements = (one as Readonly<Record<string, readonly unknown[]>>)[each] ?? [];
      return elements.map((element) => [...cells, ...inner.map((path) => cellAt(element, path))]);
    },
  };
}

const nameOf = (path: Path): string => path.join('.');

function elementOf(schema: JsonSchema, property: string): JsonSchema {
  const list = resolved(resolved(schema, schema).properties?.[property] as JsonSchema, schema);
  return list.items as JsonSchema;
}

function pathsIn(part: JsonSchema, root: JsonSchema, path: Path): Path[] {
  const schema = resolved(part, root);
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, value]) =>
      pathsIn(value as JsonSchema, root, [...path, name]),
    );
  return isPlain(schema, root) ? [path] : [];
}

/** Behind its name, and without the null that it may be. */
function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined) {
    const [, name] = /^#\/\$defs\/(.+)$/.exec(schema.$ref) ?? [];
    return resolved((name === undefined ? root : root.$defs![name]) as JsonSchema, root);
  }
  const others = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  return others.length === 1 ? resolved(others[0]!, root) : schema;
}

/** One cell has it: a text, a number, a list of these. */
function isPlain(schema: JsonSchema, root: JsonSchema): boolean {
  if (schema.anyOf) return schema.anyOf.every((one) => isPlain(resolved(one, root), root));
  if (schema.type === 'array') return isPlain(resolved(schema.items as JsonSchema, root), root);
  return schema.type !== 'object' && (schema.type !== undefined || schema.const !== undefined);
}

function cellAt(item: unknown, path: Path): Cell {
  let at = item;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return '';
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return cellOf(at);
}

/** As it stands in a table: a key's values are set apart like those of errors. */
export function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.map(cellOf).join(' / ') : '';
}
