/** Districts as a CSV file has them. */
import { CsvError, parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { toStored, type AccountSettings, AccountError, type GivenAccount } from './account';
import type { RefusedLine, WaitingLine } from './import-store';

/** Why the whole file can't be read. */
export class CsvFileError extends Error {
  override readonly name = 'CsvFileError';
}

/** Most lines of a file. */
const mostLines = 5_000;

const texts = ['id', 'code', 'name', 'state', 'timezone'] as const;
const numbers = ['number', 'schoolYear'] as const;
const accounts = { databaseUrl: 'url', databaseFile: 'file', databaseVariable: 'variable' } as const;
/** Names of objects, separated by blanks. */
const lists = ['enabledObjects', 'disabledObjects', 'previousYearObjects', 'nextYearObjects'] as const;
const columns: readonly string[] = [...texts, ...numbers, ...Object.keys(accounts), ...lists];
const needed = ['id', 'number', 'name', 'schoolYear'];

type Cells = Readonly<Record<string, string>>;
type Checked = z.ZodSafeParseResult<
  WaitingLine['settings'] & { readonly database?: GivenAccount | undefined }
>;

/**
 * Reads a file: each line that can be tried, and of each other why not, without what stands in it.
 * @param check a line as the body of a registration
 * @throws CsvFileError when it is no such file
 */
export function linesOf(
  csv: string,
  {
    check,
    registration,
  }: { readonly check: (body: object) => Checked; readonly registration: AccountSettings },
): (WaitingLine | RefusedLine)[] {
  const lines = textsOf(csv);
  // Before they are read, which takes a moment each.
  if (lines.length > mostLines + 1)
    throw new CsvFileError(
      `The file has ${lines.length - 1} districts; import at most ${mostLines} at a time.`,
    );
  const [head, ...rows] = recordsOf(lines);
  if (!head?.cells || rows.length === 0)
    throw new CsvFileError('The file has no line of a district under the names of its columns.');
  const names = head.cells;
  requireColumns(names);
  const seen = new Map<string, number>();
  return rows.map(({ line, cells }) => {
    const refuse = (refused: string, districtId: string | null = null): RefusedLine => ({
      ...{ line, districtId, refused },
    });
    if (cells === null) return refuse('Its quotes are wrong: a cell with quotes is quoted as a whole.');
    if (cells.length !== names.length)
      return refuse(`The line has ${cells.length} columns, and the first has ${names.length}.`);
    const named = Object.fromEntries(names.map((name, index) => [name, cells[index]!]));
    const checked = check(bodyOf(named));
    if (!checked.success) return refuse(sentencesOf(checked.error), plainId(named['id']));
    const { database, ...settings } = checked.data;
    const twice = keysOf(settings).flatMap((key) => seen.get(key) ?? [])[0];
    if (twice !== undefined) return refuse(`Line ${twice} has the same id, number or code.`, settings.id);
    for (const key of keysOf(settings)) seen.set(key, line);
    try {
      const account = database === undefined ? null : toStored(database, registration);
      return { line, mode: 'either', settings, account };
    } catch (error) {
      if (!(error instanceof AccountError)) throw error;
      return refuse(error.message, settings.id);
    }
  });
}

interface CsvRecord {
  readonly line: number;
  /** `null`: its quotes are wrong. */
  readonly cells: readonly string[] | null;
}

interface LineText {
  readonly line: number;
  readonly text: string;
}

/**
 * A line of the file is a district: no cell goes on in the next one, so that a quote that is wrong
 * costs its own line only.
 */
function textsOf(csv: string): LineText[] {
  return csv
    .split(/\r\n|\n|\r/)
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => text.trim() !== '');
}

function recordsOf(texts: readonly LineText[]): CsvRecord[] {
  return texts
    .map(({ line, text }) => ({ line, cells: cellsOf(text) }))
    .filter(({ cells }) => cells === null || cells.length > 0);
}

function cellsOf(text: string): readonly string[] | null {
  try {
    const [cells = []] = parse(text, { bom: true, trim: true, skip_empty_lines: true });
    return cells;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function requireColumns(names: readonly string[]): void {
  const unknown = names.findIndex((name) => !columns.includes(name));
  if (unknown >= 0) throw new CsvFileError(`Column ${unknown + 1} is none of ${columns.join(', ')}.`);
  const lacking = needed.filter((name) => !names.includes(name));
  if (lacking.length > 0) throw new CsvFileError(`The file lacks the column ${lacking.join(', ')}.`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CsvFileError(`The file has the column ${twice} twice.`);
}

/** What a line says, as the body of a registration says it; an empty cell says nothing. */
function bodyOf(cells: Cells): object {
  const said = (name: string): string | undefined => cells[name] || undefined;
  const number = (name: string): number | string | undefined => {
    const text = said(name);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
  };
  const list = (name: string): string[] | undefined => said(name)?.split(/\s+/);
  const year = (name: string): { objects: string[] } | undefined => {
    const objects = list(name);
    return objects && { objects };
  };
  const database = Object.entries(accounts).flatMap(([column, kind]) => {
    const text = said(column);
    return text === undefined ? [] : [[kind, text]];
  });
  const body = {
    ...Object.fromEntries(texts.map((name) => [name, said(name)])),
    ...Object.fromEntries(numbers.map((name) => [name, number(name)])),
    objects: { enabled: list('enabledObjects') ?? [], disabled: list('disabledObjects') ?? [] },
    previousYear: year('previousYearObjects'),
    nextYear: year('nextYearObjects'),
    database: database.length === 0 ? undefined : (Object.fromEntries(database) as object),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

function sentencesOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
}

/** What two lines must not share. */
function keysOf({ id, number, code }: WaitingLine['settings']): string[] {
  return [`id ${id}`, `number ${number}`, ...(code === undefined ? [] : [`code ${code.toLowerCase()}`])];
}

/** An id that is none may be anything that slipped into its column, a URL with its password too. */
function plainId(text: string | undefined): string | null {
  return text !== undefined && /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? text : null;
}
