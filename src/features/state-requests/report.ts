import type { ApiContext } from '../../http/context';
import type { Cell } from '../../http/csv';
import { readSigningKey } from '../../config/signing-key';
import { endedRequestStatuses, requestReportFormat } from '../../domain/state-request';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { type Sent, sent } from '../../http/sent';
import { keepKey } from '../certifications/key-store';
import { publicKeyOf, signRequestReport } from '../certifications/signing';
import { requireSigningKey } from '../certifications/start';
import { readDistrictTotals } from './read-board';
import { requireBoard, requireWholeBoard } from './require';
import type * as schemas from './schemas';

type Report = AnswerTo<typeof schemas.stateRequestReport>;

/** The board with what each district's resync came to. @throws Problem 404 */
export async function stateRequestReport(
  context: ApiContext,
  { params, principal }: Asked<{ params: typeof schemas.stateRequestParams }>,
): Promise<Report> {
  const board = await requireBoard(context, principal, params.id);
  const totals = await readDistrictTotals(context.control, params.id);
  const districts = board.districts.map((district) => {
    const { processed = null, errors = null } = totals.get(district.districtId) ?? {};
    return { ...district, processed, errors };
  });
  return { ...board, closed: endedRequestStatuses.includes(board.status), districts };
}

/**
 * The closing report as a compact JWS, signed with the key that signs certifications. Nothing in it
 * is of the moment in which it is asked for: it stays the same as long as the request does.
 * @throws Problem 403 when it concerns other districts too, 404, 409 before its end, or without key
 */
export async function sendSignedReport(
  context: ApiContext,
  call: Asked<{ params: typeof schemas.stateRequestParams }>,
): Promise<Sent> {
  const { params, principal, response } = call;
  const { counts } = await requireWholeBoard(context, principal, params.id);
  const report = await stateRequestReport(context, call);
  if (!report.closed || counts.queued + counts.running > 0)
    throw new Problem(409, 'The request, or a resync of it, is under way: only a closing report is signed.');
  const key = readSigningKey(requireSigningKey(context));
  const { jws, kid } = await signRequestReport(key, { format: requestReportFormat, ...report });
  await keepKey(context.control, { kid, publicKey: await publicKeyOf(key) });
  response.attachment(`state-request-${params.id}.jws`).type('application/jose').send(jws);
  return sent;
}

/** One line per district, with its name first. */
export function stateRequestLines({ config }: ApiContext, { districts }: Report): Cell[][] {
  const names = new Map(config.districts.map(({ id, name }) => [id, name]));
  const lines = districts.map((row) => [names.get(row.districtId) ?? '', ...cellsOf(row)]);
  return [['district', ...columns], ...lines];
}

const columns = [
  'districtId',
  'schoolYear',
  'status',
  'color',
  'processed',
  'errors',
  'attempts',
  'handedOverAt',
  'startedAt',
  'endedAt',
  'resyncId',
  'message',
] as const;

function cellsOf(row: Report['districts'][number]): Cell[] {
  return columns.map((column) => row[column] ?? '');
}
