import { cellOf } from '../../http/list-columns';
import type { ErrorView } from './error-view';

const header = [
  ...['seenAt', 'resyncId', 'object', 'key', 'guid', 'outcome', 'code', 'field', 'rule', 'school'],
  ...['screen', 'table', 'parentObject', 'parentKey', 'message'],
];

function line(error: ErrorView): (string | number)[] {
  const { seenAt, resyncId, object, key, guid, outcome, code, field, rule, school, parent } = error;
  return [
    ...[seenAt, resyncId, object, key, guid, outcome, code, field, rule, school],
    ...[error.screen, error.table, parent?.object, parent?.key, error.message],
  ].map(cellOf);
}

/** Lists of errors as files. */
export const errorsFile = { header, line };
