/** What stands in one place of a table. */
export type Cell = string | number;

/** Lines of cells as RFC 4180 wants them. */
export function toCsv(lines: readonly (readonly Cell[])[]): string {
  return lines.map((cells) => `${cells.map(written).join(',')}\r\n`).join('');
}

/**
 * Quoted where it must be; text that a spreadsheet would take for a formula gets an apostrophe
 * first. Some drop blanks before they look, some take the wide signs of East Asian fonts, too.
 */
function written(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const safe = /^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
