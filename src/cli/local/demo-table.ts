/** What the demo says about causes and about its check of both editions. */
import type { Cause } from '../client/answers';
import type { EditionCounts } from './demo-verify';
import { number, plainTable } from '../client/terminal';

/** Why records did not reach the state, the largest cause first. */
export function causesText(causes: readonly Cause[]): string {
  const lines = causes.map(({ errors, records, object, code, message, objects }) => {
    const where = objects.map(({ object: name, errors: count }) => `${name} ${number(count)}`).join(', ');
    return `${number(errors)} errors = ${number(records)} ${object} (${code})\n    ${message ?? 'no message'}\n    in ${where}`;
  });
  return `${lines.join('\n')}\n`;
}

/**
 * One line when all objects' counts on the two servers explain each other; else a table of those
 * that don't.
 */
export function verificationText(counts: readonly EditionCounts[]): string {
  const wrong = counts.filter(({ agrees }) => !agrees);
  const sum = (side: 'district' | 'state' | 'errors'): string =>
    number(counts.reduce((total, row) => total + row[side], 0));
  if (wrong.length === 0) {
    return `Counted by plain SQL on both servers: ${counts.length} objects, ${sum('district')} records at the district = ${sum('state')} at the state + ${sum('errors')} errors; every object agrees.`;
  }
  const rows = wrong.map(({ object, district, state, errors }) => [
    object,
    ...[district, state, errors].map(number),
  ]);
  return `These objects do not agree:\n${plainTable(['Object', 'District', 'State', 'Errors'], rows, [1, 2, 3])}`;
}
