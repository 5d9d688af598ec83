import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { forgetIntent, noteIntent } from './audit-intents';
import { type NewAuditEvent, recordAudit } from './audit-store';
import { toProblem } from '../../http/problem';
import type { AskedRoute, KeepAudit, RouteSpec } from '../../http/route';
import { withoutKeys, withoutTyped } from '../../http/without-keys';

/**
 * Keeps the audit of every route that may change something: one event for what was done (2xx), what
 * the caller has no right to (403), and what may have been done although the answer is an error
 * (5xx: an accepted resync whose workflow could not be reached is started later). What was refused
 * for other reasons changed nothing and leaves nothing. It is noted before it is done: without the
 * note nothing is done, and what has no event in the end becomes one of its note. Of reads, those
 * of the state that show records.
 */
export function auditKeeper(control: Knex, logger: Logger): KeepAudit {
  const keep = async (event: NewAuditEvent, intentId: string | null): Promise<void> => {
    try {
      await recordAudit(control, event, intentId);
    } catch (error) {
      logger.error({ auditEvent: event, error: (error as Error).name }, 'audit event could not be written');
    }
  };
  /** A note that stays makes an event too many: nothing that an answer has to wait for. */
  const forget = async (intentId: string): Promise<void> => {
    try {
      await forgetIntent(control, intentId);
    } catch (error) {
      logger.warn({ error: (error as Error).name }, 'a note of the audit stays');
    }
  };
  const read: KeepAudit = async (spec, asked, work) => {
    const note = (): Promise<void> => {
      const event = eventOf(spec, asked, asked.status);
      return keep({ ...event, details: readDetails(asked.request) }, null);
    };
    try {
      const answer = await work();
      if (spec.showsRecords === true || listsRecords(answer)) await note();
      return answer;
    } catch (error) {
      // Of a file that broke off some was read.
      if (asked.request.res?.headersSent === true) await note();
      throw error;
    }
  };
  return async (spec, asked, work) => {
    if (spec.method === 'get' && spec.showsRecords && asked.principal.level === 'state')
      return read(spec, asked, work);
    if (spec.method === 'get' || spec.auditDetails === false) return work();
    const { who, action, target, address } = eventOf(spec, asked, 0);
    const intentId = await noteIntent(control, { who, action, target, address });
    try {
      const answer = await work();
      await keep(eventOf(spec, asked, asked.status, answer), intentId);
      return answer;
    } catch (error) {
      const { status } = toProblem(error);
      if (status === 403 || status >= 500) await keep(eventOf(spec, asked, status), intentId);
      else await forget(intentId);
      throw error;
    }
  };
}

/** Whether an answer that may have records in it, by their keys, has some. */
function listsRecords(answer: unknown): boolean {
  if (Array.isArray(answer)) return answer.some(listsRecords);
  if (typeof answer !== 'object' || answer === null) return false;
  return Object.entries(answer).some(
    ([name, value]) =>
      listsRecords(value) ||
      (['samples', 'errors'].includes(name) && Array.isArray(value) && value.length > 0),
  );
}

/**
 * What was read: the filters, and the record by a sum of its key, so that the events of a record
 * can be found by who knows it, and nobody learns of it from them. A school's key is one too, and
 * so may be whatever is typed where a name belongs.
 */
function readDetails({ query, params }: Request): Record<string, unknown> {
  const { cursor: _, key: typed, ...filters } = query;
  const key = params['key'] ?? typed;
  const shown = Object.entries(filters).map(([name, value]) => [
    name,
    name === 'school' || typeof value !== 'string' || !/^[\w:.+-]*$/.test(value) ? sumOf(value) : value,
  ]);
  return {
    ...(Object.fromEntries(shown) as Record<string, unknown>),
    ...(key !== undefined && { record: sumOf(key) }),
  };
}

function sumOf(typed: unknown): string {
  const text = typeof typed === 'string' ? typed : JSON.stringify(typed);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function eventOf(
  { method, path, body: schema, auditDetails }: RouteSpec,
  { request, principal, bodyOf }: AskedRoute,
  status: number,
  answer?: unknown,
): NewAuditEvent {
  const body = bodyOf();
  // What a body was refused for must not stand in the audit: it is named only once it was
  // checked.
  const checked = schema === undefined || body !== undefined;
  return {
    who: principal,
    action: `${method.toUpperCase()} ${path}`,
    // Before the right is there, nobody has looked whether that is.
    target: status === 403 || status === 0 ? withoutTyped(request.path) : withoutKeys(request.path),
    address: addressOf(request),
    status,
    details: auditDetails && checked ? auditDetails({ body, answer }) : {},
  };
}

/**
 * The caller's address, as far as `api.trustProxy` lets a proxy tell it; an IPv4 one in its plain
 * form.
 */
export function addressOf({ ip = 'unknown' }: Request): string {
  return ip.replace(/^::ffff:(?=\d+\.)/, '');
}

/** The audit has that somebody signed in to the console. */
export async function keepSignIn(control: Knex, request: Request, who: NewAuditEvent['who']): Promise<void> {
  await recordAudit(control, {
    ...{ who, action: 'POST /session', target: '/session', status: 201, details: {} },
    address: addressOf(request),
  });
}
