import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import type { AnswerTo } from '../../http/route';
import type { scheduleList } from './schemas';
import { listSchedules } from './store';
import { scheduleView } from './views';

/** The schedules of a district as they stand now, by name. */
export async function schedulesOf(
  context: ApiContext,
  principal: Principal,
  { id }: Pick<DistrictConfig, 'id'>,
): Promise<AnswerTo<typeof scheduleList>> {
  const all = await listSchedules(context.control, id);
  return { items: await Promise.all(all.map((stored) => scheduleView(context, principal, stored))) };
}
