import type { KeyOrder, KeyPartOrder } from '../../domain/key-order';
import { familyOf } from '../columns/families';
import type { Column } from '../columns/table-shape';
import { type KeySide, orderedAs } from './keyset';

/**
 * How a run orders a key (KeyColumn.order), for a reader that has only what the run left behind.
 * @returns `null` where that can't be said exactly: then no page says anything about a record
 */
export function keyOrderOf({ columns }: KeySide): KeyOrder | null {
  const parts = columns.map((key) => partOf(key.name, orderedAs(key)));
  return parts.includes(null) ? null : (parts as KeyOrder);
}

function partOf(name: string, column: Column): KeyPartOrder | null {
  switch (familyOf(column)) {
    case 'integer':
      return { name, kind: 'number', scale: 0 };
    case 'decimal':
      // Filled with zeros its text isn't the number's own.
      return /zerofill/i.test(column.fullType) ? null : { name, kind: 'number', scale: column.scale ?? 0 };
    case 'text':
      return column.charset === null || column.collation === null
        ? null
        : { name, kind: 'text', charset: column.charset, collation: column.collation };
    case 'binary':
      return { name, kind: 'hex' };
    case 'date':
    case 'datetime':
      return { name, kind: 'date' };
    case 'time':
      return { name, kind: 'time', fraction: column.fraction };
    case 'address':
      return { name, kind: 'address', type: column.type };
    default:
      return null;
  }
}
