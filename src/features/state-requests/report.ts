import type { ApiContext } from '../../http/context';
import { toCsv } from '../../http/csv';
import { endedRequestStatuses } from '../../domain/state-request';
import type { AnswerTo, Asked } from '../../http/route';
import { readDistrictTotals } from './read-board';
import { requireBoard } from './require';
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

/** One line per district, with its name first. */
export function stateRequestCsv({ config }: ApiContext, { districts }: Report): string {
  const names = new Map(config.districts.map(({ id, name }) => [id, name]));
  const lines = districts.map((row) => [names.get(row.districtId) ?? '', ...csvCells(row)]);
  return toCsv([['district', ...csvColumns], ...lines]);
}

const csvColumns = [
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

function csvCells(row: Report['districts'][number]): (string | number)[] {
  return csvColumns.map((column) => row[column] ?? '');
}
