/** Commander parsers of names: a name with a separator in it stands in backticks. */
import { InvalidArgumentError } from 'commander';
import {
  parseNames,
  parseReference,
  parseTableColumns,
  type TableColumns,
  type WrittenName,
} from '../../domain/name-list';

/** Names, or patterns of names, separated by commas; the option may be given again. */
export function patternsOf(text: string, before: readonly WrittenName[] = []): WrittenName[] {
  const names = parseNames(text);
  if (names === null)
    throw new InvalidArgumentError('Give names separated by commas; one with a comma stands in backticks.');
  return [...before, ...names];
}

const inBackticks = 'a name with a dot, a comma or "=" stands in backticks';

/** `table.column[,column]`; the option may be given again. */
export function tableColumnsOf(text: string, before: readonly TableColumns[] = []): TableColumns[] {
  const found = parseTableColumns(text);
  if (found === null) throw new InvalidArgumentError(`Give TABLE.COLUMN[,COLUMN]; ${inBackticks}.`);
  return [...before, found];
}

type Reference = NonNullable<ReturnType<typeof parseReference>>;

/** `child.column[,column]=parent.column[,column]`; the option may be given again. */
export function referencesOf(text: string, before: readonly Reference[] = []): Reference[] {
  const found = parseReference(text);
  if (found === null)
    throw new InvalidArgumentError(`Give CHILD.COLUMN[,COLUMN]=PARENT.COLUMN[,COLUMN]; ${inBackticks}.`);
  return [...before, found];
}
