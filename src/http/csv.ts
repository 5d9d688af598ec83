/** Lines of cells as RFC 4180 wants them. */
export function toCsv(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/**
 * Quoted where it must be; text that a spreadsheet would take for a formula gets an apostrophe
 * first.
 */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
