import { z } from 'zod';
import { zoneOf } from '../../config';
import { neverFree, nextWindow } from './windows';
import {
  addBlackout,
  type Blackout,
  listBlackouts,
  readBlackout,
  removeBlackout,
  rulesFor,
  updateBlackout,
} from './store';
import { openResyncIds } from '../resyncs/hold';
import type { Principal } from '../../domain/principal';
import { type BlackoutRule, holdsRun } from '../../domain/blackout';
import { blackout, blackoutList, blackoutRequest } from './schemas';
import { tellBlackoutsChanged } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { requireDistrict } from '../../http/require';
import { notFound, Problem, unusable } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';

const blackoutParams = districtParams.extend({ id: z.string().max(32) });

/** Blackout windows of a district: no run of its moves in one. */
export function blackoutRoutes({ config, control, temporal }: ApiContext): RouteSpec[] {
  /** Runs under way ask again now, not at their next hourly look. */
  const tellRuns = async (districtId: string): Promise<void> => {
    for (const resyncId of await openResyncIds(control, districtId))
      await tellBlackoutsChanged(temporal, resyncId);
  };
  /** A window that the caller may change. @throws Problem 403, 404 */
  const requireOwn = async (
    principal: Principal,
    { district, id }: { readonly district: string; readonly id: string },
  ): Promise<Blackout> => {
    const { id: districtId } = requireDistrict(config, principal, district);
    const found = await readBlackout(control, { districtId, blackoutId: id });
    if (!found) throw notFound();
    if (found.setBy === 'state' && principal.level !== 'state')
      throw new Problem(403, 'The state set this window; only the state changes or removes it.');
    return found;
  };
  /** A window leaves time for resyncs beside all others. @throws Problem 422 */
  const requireRoom = async (districtId: string, rule: BlackoutRule, not?: Blackout): Promise<void> => {
    if (rule.kind === 'dated' && Date.parse(rule.endsAt) <= Date.now())
      throw unusable('The window is over already.', { pointer: '#/rule/endsAt' });
    const others = (await listBlackouts(control, districtId)).filter(
      (other) => other.blackoutId !== not?.blackoutId && holdsRun(other, 'district'),
    );
    if (neverFree([...others.map((other) => other.rule), rule], Date.now()))
      throw unusable('With this window no time would be left in which a resync may run.', {
        pointer: '#/rule',
      });
  };
  return [
    route({
      operationId: 'listBlackouts',
      method: 'get',
      path: '/districts/{district}/blackouts',
      right: 'resyncBatch',
      tag: 'Blackouts',
      summary: 'Windows in which no resync of the district sends records, and the next one',
      params: districtParams,
      responses: {
        200: {
          description: 'The windows, oldest first',
          schema: blackoutList,
        },
      },
      handler: async ({ params, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const items = await listBlackouts(control, id);
        const rules = await rulesFor(control, { districtId: id, initiator: 'district' });
        return { items: items.map((item) => view(principal, item)), next: nextWindow(rules, Date.now()) };
      },
    }),
    route({
      operationId: 'createBlackout',
      method: 'post',
      path: '/districts/{district}/blackouts',
      right: 'administration',
      tag: 'Blackouts',
      summary: 'Add a window; runs under way wait at their next range boundary',
      params: districtParams,
      example: { rule: { kind: 'dated', startsAt: '2099-01-01T00:00:00Z', endsAt: '2099-01-02T00:00:00Z' } },
      body: blackoutRequest,
      audit: ({ body, answer }) => ({ ...body, blackoutId: answer?.blackoutId }),
      responses: { 201: { description: 'The window', schema: blackout } },
      location: ({ districtId, blackoutId }) => `/districts/${districtId}/blackouts/${blackoutId}`,
      handler: async ({ params, body, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const { id } = district;
        const rule = plainRule(body.rule, zoneOf(district));
        await requireRoom(id, rule);
        const added = await addBlackout(control, {
          districtId: id,
          setBy: principal.level,
          rule,
          note: body.note ?? null,
          createdBy: principal.name,
        });
        await tellRuns(id);
        return added;
      },
    }),
    route({
      operationId: 'changeBlackout',
      method: 'put',
      path: '/districts/{district}/blackouts/{id}',
      right: 'administration',
      tag: 'Blackouts',
      summary: 'Change a window; runs under way go by it from their next range on',
      params: blackoutParams,
      example: { rule: { kind: 'dated', startsAt: '2099-02-01T00:00:00Z', endsAt: '2099-02-02T00:00:00Z' } },
      body: blackoutRequest,
      audit: ({ body }) => body,
      responses: { 200: { description: 'The window after the change', schema: blackout } },
      handler: async ({ params, body, principal }) => {
        const found = await requireOwn(principal, params);
        const rule = plainRule(body.rule, zoneOf(requireDistrict(config, principal, found.districtId)));
        await requireRoom(found.districtId, rule, found);
        const changed = await updateBlackout(control, found, { rule, note: body.note ?? null });
        await tellRuns(found.districtId);
        return view(principal, changed);
      },
    }),
    route({
      operationId: 'deleteBlackout',
      method: 'delete',
      path: '/districts/{district}/blackouts/{id}',
      right: 'administration',
      tag: 'Blackouts',
      summary: 'Delete a window; runs that it held go on',
      params: blackoutParams,
      responses: { 200: { description: 'The window as it was', schema: blackout } },
      handler: async ({ params, principal }) => {
        const found = await requireOwn(principal, params);
        await removeBlackout(control, found);
        await tellRuns(found.districtId);
        return view(principal, found);
      },
    }),
  ];
}

/** Who at the state set it is not a district's to know. */
function view(principal: Principal, item: Blackout): Blackout {
  return item.setBy === 'state' && principal.level !== 'state' ? { ...item, createdBy: 'the state' } : item;
}

/** Instants in UTC, each day once, and local times by the clocks of the district if no others. */
function plainRule(rule: z.output<typeof blackoutRequest>['rule'], ofDistrict: string): BlackoutRule {
  if (rule.kind === 'weekly')
    return { ...rule, timezone: rule.timezone ?? ofDistrict, days: [...new Set(rule.days)] };
  const utc = (at: string) => new Date(at).toISOString();
  return { kind: 'dated', startsAt: utc(rule.startsAt), endsAt: utc(rule.endsAt) };
}
