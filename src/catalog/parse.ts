import type { z } from 'zod';
import type { Catalog, SyncObject } from '../domain/catalog';
import { checkCatalog } from './check';
import { type CatalogProblem, formatProblem } from './problem';
import { type CatalogFile, catalogFileSchema } from './schema';

/** A catalog can't be used; the message lists every problem with the object and field at fault. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  constructor(
    readonly source: string,
    readonly problems: readonly CatalogProblem[],
  ) {
    super(
      [`${source}: ${count(problems.length)}`, ...problems.map((p) => `  ${formatProblem(p)}`)].join('\n'),
    );
  }
}

function count(problems: number): string {
  return problems === 1 ? 'the catalog has a problem.' : `the catalog has ${problems} problems.`;
}

export interface ParseCatalogOptions {
  /** Named in messages: a path, or "the built-in catalog". */
  readonly source: string;
  /** What `extends: builtin` starts from. */
  readonly builtin: Catalog;
}

/**
 * A catalog from parsed JSON or YAML: shape, defaults, changes to the built-in one, then the rules
 * of checkCatalog.
 * @throws CatalogError with all problems of the shape, or else all those of the rules
 */
export function parseCatalog(raw: unknown, { source, builtin }: ParseCatalogOptions): Catalog {
  const shape = catalogFileSchema.safeParse(raw);
  if (!shape.success)
    throw new CatalogError(
      source,
      shape.error.issues.map((issue) => shapeProblem(raw, issue)),
    );
  const problems = misplaced(shape.data, builtin);
  if (problems.length > 0) throw new CatalogError(source, problems);
  const catalog = merge(shape.data, builtin);
  const broken = checkCatalog(catalog);
  if (broken.length > 0) throw new CatalogError(source, broken);
  return catalog;
}

function merge(file: CatalogFile, builtin: Catalog): Catalog {
  if (file.extends === undefined) return { name: file.name ?? 'catalog', objects: file.objects };
  const own = new Map(file.objects.map((object) => [object.name, object]));
  const kept = builtin.objects.map((object) => own.get(object.name) ?? object);
  const replaced = new Set(builtin.objects.map(({ name }) => name));
  const all = [...kept, ...file.objects.filter(({ name }) => !replaced.has(name))];
  return {
    name: file.name ?? `${builtin.name}, changed`,
    objects: all.map((object) => switched(object, file)),
  };
}

function switched(object: SyncObject, { on, off }: CatalogFile): SyncObject {
  if (off.includes(object.name)) return { ...object, enabledByDefault: false };
  if (on.includes(object.name)) return { ...object, enabledByDefault: true };
  return object;
}

/** What only makes sense with `extends`, names nothing, or says two things at once. */
function misplaced(file: CatalogFile, builtin: Catalog): CatalogProblem[] {
  if (file.extends === undefined) {
    const problems: CatalogProblem[] = [];
    if (file.objects.length === 0) {
      problems.push({
        object: null,
        field: 'objects',
        message: 'has no object; did you mean "extends: builtin"?',
      });
    }
    for (const field of ['off', 'on'] as const) {
      if (file[field].length > 0) {
        problems.push({
          object: null,
          field,
          message: 'goes with "extends: builtin"; use enabledByDefault here',
        });
      }
    }
    return problems;
  }
  // A name given twice would silently win over the first one below.
  const problems = file.objects
    .filter(({ name }, index) => file.objects.findIndex((other) => other.name === name) < index)
    .map(({ name }) => ({ object: name, field: 'name', message: 'two objects of the file have this name' }));
  const known = new Set([...builtin.objects, ...file.objects].map(({ name }) => name));
  const unknown = (['off', 'on'] as const).flatMap((field) =>
    file[field]
      .filter((name) => !known.has(name))
      .map((name) => ({ object: null, field, message: `there is no object "${name}"` })),
  );
  const both = file.off
    .filter((name) => file.on.includes(name))
    .map((name) => ({ object: name, field: 'off', message: 'is both in "off" and in "on"' }));
  return [...problems, ...unknown, ...both];
}

/**
 * Says "objects[3].key" as the object's name and the field, so that a person finds it in a file of
 * 62.
 */
function shapeProblem(raw: unknown, issue: z.core.$ZodIssue): CatalogProblem {
  const message =
    issue.code === 'invalid_union' ? 'needs {column, equals} or {column, isNull}' : issue.message;
  const [first, index, ...rest] = issue.path;
  if (first !== 'objects' || typeof index !== 'number') {
    return { object: null, field: fieldPath(issue.path) || 'file', message };
  }
  const given = (raw as { objects: { name?: unknown }[] }).objects[index]?.name;
  return {
    object: typeof given === 'string' && given !== '' ? given : `objects[${index}]`,
    field: fieldPath(rest) || 'object',
    message,
  };
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');
}
