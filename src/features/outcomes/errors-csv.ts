import { once } from 'node:events';
import type { Response } from 'express';
import type { Page } from '../../control/page';
import { toCsv } from '../../http/csv';
import { type Sent, sent } from '../../http/route';
import type { ErrorView } from './error-view';

/** Most lines of one file. */
const mostLines = 100_000;

const header = [
  ...['seenAt', 'resyncId', 'object', 'key', 'guid', 'outcome', 'code', 'field', 'rule', 'school'],
  ...['screen', 'table', 'parentObject', 'parentKey', 'message'],
];

/** Sends errors as a file, page by page, as fast as it is read and no faster. */
export async function sendErrorsCsv(
  response: Response,
  name: string,
  read: (cursor: string | undefined) => Promise<Page<ErrorView>>,
): Promise<Sent> {
  let page = await read(undefined);
  response.attachment(`${name}.csv`).type('text/csv');
  response.write(toCsv([header]));
  for (let lines = 0; ;) {
    lines += page.items.length;
    const more = response.write(toCsv(page.items.map(line)));
    if (page.nextCursor === null || lines >= mostLines || response.destroyed) break;
    if (!more) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    page = await read(page.nextCursor);
  }
  response.end();
  return sent;
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
