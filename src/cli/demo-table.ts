/** The demo's tables, as text. */
import Table from 'cli-table3';
import type { Cause } from '../control/read-causes';
import type { ResyncView } from '../control/read-resync';
import type { EditionCounts } from './demo-verify';

const plain = { style: { head: [], border: [], compact: true } };
const number = (value: number): { content: string; hAlign: 'right' } => ({
  content: value.toLocaleString('en-US'),
  hAlign: 'right',
});

/** One row an object: what became of its records. */
export function outcomeTable({ objectRows, totals, colour }: ResyncView): string {
  const table = new Table({
    head: ['Object', 'Processed', 'Inserted', 'Updated', 'Unchanged', 'Errors', 'Colour'],
    ...plain,
  });
  const row = (name: string, counts: ResyncView['totals'], dot: string): void =>
    void table.push([
      name,
      ...[counts.processed, counts.inserted, counts.updated, counts.unchanged, counts.errors].map(number),
      dot,
    ]);
  for (const { object, counts, colour: dot, status } of objectRows) {
    row(object, counts, status === 'finished' ? dot : `${dot} (${status})`);
  }
  row('Total', totals, colour);
  return table.toString();
}

/** Why records did not reach the state, the largest cause first. */
export function causesTable(causes: readonly Cause[]): string {
  const table = new Table({
    head: ['Errors', 'go back to', 'Why', 'In'],
    ...plain,
    wordWrap: true,
    colWidths: [8, 30, 60, 40],
  });
  for (const { errors, records, object, code, message, objects } of causes) {
    const where = objects.map(({ object: name, errors: count }) => `${name} ${count}`).join(', ');
    table.push([number(errors), `${records} ${object} (${code})`, message ?? '', where]);
  }
  return table.toString();
}

/** Objects whose counts on the two servers don't explain each other, or one line that says that all do. */
export function verificationText(counts: readonly EditionCounts[]): string {
  const wrong = counts.filter(({ agrees }) => !agrees);
  const sum = (side: 'district' | 'state' | 'errors'): string =>
    counts.reduce((total, row) => total + row[side], 0).toLocaleString('en-US');
  if (wrong.length === 0) {
    return `Counted by plain SQL on both servers, ${counts.length} objects: ${sum('district')} records at the district = ${sum('state')} at the state + ${sum('errors')} errors; every object agrees.`;
  }
  const table = new Table({ head: ['Object', 'District', 'State', 'Errors'], ...plain });
  for (const { object, district, state, errors } of wrong) {
    table.push([object, number(district), number(state), number(errors)]);
  }
  return `These objects do not agree:\n${table.toString()}`;
}
