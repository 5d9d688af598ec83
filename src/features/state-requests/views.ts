import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { readResync } from '../resyncs/read';
import { requireBoard } from './require';
import type * as schemas from './schemas';
import { listStateRequests } from './store';

const none = { waiting: 0, queued: 0, running: 0, done: 0, failed: 0, notRun: 0 };

/** A page of requests, each with all counts. */
export async function stateRequestPage(
  { control }: ApiContext,
  { query, principal }: Asked<{ query: typeof schemas.stateRequestsQuery }>,
): Promise<AnswerTo<typeof schemas.stateRequestPage>> {
  const page = await listStateRequests(control, { districts: principal.districts, ...query });
  return { ...page, items: page.items.map((item) => ({ ...item, counts: { ...none, ...item.counts } })) };
}

/** One district of a request, with its resync. @throws Problem 404 */
export async function stateRequestDistrict(
  context: ApiContext,
  { params, principal }: Asked<{ params: typeof schemas.stateRequestDistrictParams }>,
): Promise<AnswerTo<typeof schemas.stateRequestDistrict>> {
  const { districts } = await requireBoard(context, principal, params.id);
  const district = districts.find(({ districtId }) => districtId === params.district);
  if (!district) throw notFound();
  const { resyncId } = district;
  return { ...district, resync: resyncId === null ? null : await readResync(context.control, resyncId) };
}
