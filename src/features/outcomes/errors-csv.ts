import type { Response } from 'express';
import type { Page } from '../../control/page';
import type { Sent } from '../../http/route';
import { sendPages } from '../../http/send-pages';
import type { ErrorView } from './error-view';

const header = [
  ...['seenAt', 'resyncId', 'object', 'key', 'guid', 'outcome', 'code', 'field', 'rule', 'school'],
  ...['screen', 'table', 'parentObject', 'parentKey', 'message'],
];

/** Sends errors as a file. */
export function sendErrorsCsv(
  response: Response,
  name: string,
  read: (cursor: string | undefined) => Promise<Page<ErrorView>>,
): Promise<Sent> {
  return sendPages(response, { name, format: 'csv', header, line, read });
}

function line(error: ErrorView): string[] {
  const { seenAt, resyncId, object, key, guid, outcome, code, field, rule, school, parent } = error;
  return [
    ...[seenAt, resyncId, object, keyText(key), guid ?? '', outcome, code, field ?? '', rule ?? ''],
    ...[keyText(school), error.screen ?? '', error.table ?? '', parent?.object ?? ''],
    ...[keyText(parent?.key ?? null), error.message],
  ];
}

function keyText(key: readonly string[] | null): string {
  return key?.join(' / ') ?? '';
}
