import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import type { Random } from '../../src/sample/generator/random';
import { type Contents, keyOf, type Row, type Value, valuesOf } from '../district/records';
import { columnNames, tableNamed, type TableSpec } from '../district/tables';
import { asAdmin, type FaultKind, type Written } from './kind';

const newKeysFrom = 100_000;

/**
 * People go on working: plain columns change, records are added above the highest key, and some of
 * those that nothing refers to are deleted.
 */
export const districtWrites: FaultKind = {
  name: 'district-writes',
  holds: ['writer', 'district'],
  most: 2,
  weight: 3,
  async strike({ world, random, district, written }) {
    const until = Date.now() + random.int(1_500, 5_000);
    let writes = 0;
    await asAdmin(world, 'district', async (admin) => {
      while (Date.now() < until) {
        await writeOnce(admin, random, { district, written });
        writes += 1;
        await sleep(random.int(1, 40));
      }
    });
    return `${writes} records`;
  },
};

async function writeOnce(
  admin: Connection,
  random: Random,
  { district, written }: { readonly district: Contents; readonly written: Written },
): Promise<void> {
  const table = tableNamed(random.pick(['household', 'student', 'section', 'enrollment', 'attendance']));
  const rows = [...district.get(table.name)!.values()];
  const row = random.pick(rows);
  const versions = versionsOf(written, table, row);
  const now = versions.at(-1);
  const leaf = table.name === 'attendance';
  if (leaf && random.chance(0.2)) {
    const id = newKeysFrom + random.int(1, 50_000);
    const added: Row = { ...row, id, minutes: random.int(0, 200) };
    const others = versionsOf(written, table, added);
    if (others.length > 1) return;
    others.push(added);
    await admin.query('INSERT INTO ?? (??) VALUES (?)', [
      table.name,
      columnNames(table),
      valuesOf(table, added),
    ]);
  } else if (now === null || now === undefined) {
    return;
  } else if (leaf && random.chance(0.15)) {
    versions.push(null);
    await admin.query('DELETE FROM ?? WHERE id = ?', [table.name, Number(row['id'])]);
  } else {
    const column = random.pick(table.plain);
    const changed: Row = { ...now, [column]: newValue(column, random) };
    versions.push(changed);
    await admin.query('UPDATE ?? SET ?? = ? WHERE id = ?', [
      table.name,
      column,
      changed[column],
      Number(row['id']),
    ]);
  }
}

/** What the record was, version by version; a new one begins with nothing. */
function versionsOf(written: Written, table: TableSpec, row: Row): (Row | null)[] {
  const ofTable = written.get(table.name) ?? new Map<string, (Row | null)[]>();
  written.set(table.name, ofTable);
  const key = keyOf(table, row);
  const known = ofTable.get(key) ?? [Number(row['id']) > newKeysFrom ? null : row];
  ofTable.set(key, known);
  return known;
}

function newValue(column: string, random: Random): Value {
  if (column === 'born') return `2009-0${random.int(1, 9)}-1${random.int(0, 9)}`;
  if (column === 'average') return random.decimal(0, 4, 3);
  if (column === 'minutes') return random.int(0, 200);
  return `w${random.int(1, 99)}`;
}
