/**
 * Names of tables, columns and objects as a person writes them in a command: a name that holds a
 * separator stands in backticks, in which a backtick is doubled. Pure.
 */

/** One name; `quoted`: it stood in backticks, and so is no pattern. */
export interface WrittenName {
  readonly name: string;
  readonly quoted: boolean;
}

/** Names separated by commas. @returns `null` where one is missing */
export function parseNames(text: string): WrittenName[] | null {
  return split(text, ',')?.map(({ name }) => name) ?? null;
}

/** Columns of a table. */
export interface TableColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** `table.column[,column]`. @returns `null` where it isn't that */
export function parseTableColumns(text: string): TableColumns | null {
  const parts = split(text, '.,');
  if (parts === null || parts.length < 2 || parts[1]!.before !== '.') return null;
  const [table, ...columns] = parts;
  if (columns.slice(1).some(({ before }) => before !== ',')) return null;
  return { table: table!.name.name, columns: columns.map(({ name }) => name.name) };
}

/** `child.column[,column]=parent.column[,column]`. @returns `null` where it isn't that */
export function parseReference(
  text: string,
): { readonly child: TableColumns; readonly parent: TableColumns } | null {
  const sides = text.match(/^((?:`(?:[^`]|``)*`|[^`=])+)=((?:`(?:[^`]|``)*`|[^`=])+)$/);
  const child = sides && parseTableColumns(sides[1]!);
  const parent = sides && parseTableColumns(sides[2]!);
  return child && parent ? { child, parent } : null;
}

/** `object.field,object.field`. @returns `null` where it isn't that */
export function parseFields(text: string): { readonly object: string; readonly field: string }[] | null {
  const parts = split(text, '.,');
  if (parts === null || parts.length % 2 !== 0) return null;
  if (parts.some(({ before }, i) => (i % 2 === 1) !== (before === '.'))) return null;
  return parts.flatMap(({ name }, i) =>
    i % 2 === 0 ? [{ object: name.name, field: parts[i + 1]!.name.name }] : [],
  );
}

interface Part {
  /** The separator in front; empty for the first. */
  readonly before: string;
  readonly name: WrittenName;
}

function split(text: string, separators: string): Part[] | null {
  const bare = `[^${separators}]+`;
  const part = new RegExp(`\\s*(?:\`((?:[^\`]|\`\`)+)\`\\s*|(${bare}))(?:([${separators}])|$)`, 'y');
  const parts: Part[] = [];
  let before = '';
  do {
    const found = part.exec(text);
    const name = found?.[1]?.replaceAll('``', '`') ?? found?.[2]?.trim() ?? '';
    if (found === null || name === '') return null;
    parts.push({ before, name: { name, quoted: found[1] !== undefined } });
    before = found[3] ?? '';
  } while (before !== '');
  return part.lastIndex === text.length ? parts : null;
}

/** Whether a name is meant: itself, or by a pattern with `*` and `?`. */
export function isMeant(name: string, { name: written, quoted }: WrittenName): boolean {
  if (quoted || name === written) return name === written;
  const pattern = written
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${pattern}$`).test(name);
}

/** The name as these commands take it. */
export function writtenName(name: string): string {
  return /[,.=`*?]|^\s|\s$/.test(name) ? `\`${name.replaceAll('`', '``')}\`` : name;
}
