import type { Request } from 'express';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { type NewAuditEvent, recordAudit } from './audit-store';
import { toProblem } from '../../http/problem';
import type { AskedRoute, KeepAudit, RouteSpec } from '../../http/route';

/**
 * Keeps the audit of every route that may change something: one event for what was done (2xx), what
 * the caller has no right to (403), and what may have been done although the answer is an error
 * (5xx: an accepted resync whose workflow could not be reached is started later). What was refused
 * for other reasons changed nothing and leaves nothing. An event that can't be written is logged as
 * a whole; the change stands, so its answer stays.
 */
export function auditKeeper(control: Knex, logger: Logger): KeepAudit {
  const keep = async (event: NewAuditEvent): Promise<void> => {
    try {
      await recordAudit(control, event);
    } catch (error) {
      logger.error({ auditEvent: event, error: (error as Error).name }, 'audit event could not be written');
    }
  };
  return async (spec, asked, work) => {
    if (spec.method === 'get' || spec.auditDetails === false) return work();
    try {
      const answer = await work();
      await keep(eventOf(spec, asked, asked.status, answer));
      return answer;
    } catch (error) {
      const { status } = toProblem(error);
      if (status === 403 || status >= 500) await keep(eventOf(spec, asked, status));
      throw error;
    }
  };
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
    target: request.path,
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
