import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound, Problem } from '../../http/problem';
import { countDistricts } from './district-store';
import { readBoard, type StateRequestBoard } from './read-board';

/** The board as far as the caller's districts go. @throws Problem 404 when none of them is asked */
export async function requireBoard(
  { control }: ApiContext,
  principal: Principal,
  id: string,
): Promise<StateRequestBoard> {
  const board = await readBoard(control, id, principal.districts);
  if (board.districts.length === 0) throw notFound();
  return board;
}

/** requireBoard, of a request that concerns only districts of the caller's. @throws Problem 403 */
export async function requireWholeBoard(
  context: ApiContext,
  principal: Principal,
  id: string,
): Promise<StateRequestBoard> {
  const board = await requireBoard(context, principal, id);
  if (principal.districts === null) return board;
  const counts = await countDistricts(context.control, id);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (board.districts.length !== all)
    throw new Problem(403, 'This request concerns districts that are not yours.');
  return board;
}
