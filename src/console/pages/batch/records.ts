import type { ObjectsTable } from '../../api/answers';
import { counted, number } from '../../parts/format';

/** What the last runs let expect. */
export function recordsInWords(items: ObjectsTable['items'], planned: readonly string[]): string {
  const byName = new Map(items.map((item) => [item.object, item]));
  const lasts = planned.map((name) => byName.get(name)?.last ?? null);
  const records = lasts.reduce((sum, last) => sum + (last?.expected ?? last?.counts.processed ?? 0), 0);
  const unknown = lasts.filter((last) => last === null).length;
  if (unknown === planned.length) return 'never sent: how many records is not known yet';
  const rest = unknown === 0 ? '' : `, ${counted(unknown, 'object')} never sent`;
  return `about ${number(records)} records${rest}`;
}
