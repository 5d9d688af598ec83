/** What is another as soon as a list is: a few figures, whatever the list's length. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { districtActions, rightOfAction } from '../../domain/district-action';
import type { Principal } from '../../domain/principal';
import { withinScope } from '../access/principal-store';
import { listDistrictActions } from '../district-actions/store';

/** Actions that are looked at: older ones have ended. */
const newestActions = 20;

type Reach = Pick<Principal, 'level' | 'districts'>;

/** Of the people within a scope: who is there, what they may, and their tokens. */
export function readPeopleEvents(control: Knex, within: Reach): Promise<unknown> {
  const { sql, values } = withinScope(within, 'p.');
  return selectRows(
    control,
    `SELECT COUNT(*) AS people, MAX(p.createdAt) AS newest, COUNT(p.disabledAt) AS disabled,
            MAX(p.disabledAt) AS lastDisabled, SUM(r.rights) AS rights, MAX(r.granted) AS granted,
            SUM(t.tokens) AS tokens, MAX(t.made) AS made, SUM(t.revoked) AS revoked
       FROM principal p
       LEFT JOIN (SELECT principalID, COUNT(*) AS rights, MAX(grantedAt) AS granted
                    FROM principalRight GROUP BY principalID) r ON r.principalID = p.principalID
       LEFT JOIN (SELECT principalID, COUNT(*) AS tokens, MAX(createdAt) AS made, COUNT(revokedAt) AS revoked
                    FROM apiToken GROUP BY principalID) t ON t.principalID = p.principalID
      WHERE ${sql}`,
    values,
  );
}

/** Of the certifications of these districts; `null`: of all. */
export function readCertificationEvents(control: Knex, districts: Reach['districts']): Promise<unknown> {
  const query = control('certification')
    .select('status')
    .count({ certifications: '*' })
    .max({ requested: 'requestedAt', ended: 'endedAt' })
    .groupBy('status');
  return districts === null ? query : query.whereIn('districtID', [...districts]);
}

/** Of what was done to many districts, as far as the reader has its rights. */
export async function readActionEvents(
  control: Knex,
  { rights, districts }: Pick<Principal, 'rights' | 'districts'>,
): Promise<unknown> {
  const actions = districtActions.filter((action) => rights.includes(rightOfAction[action]));
  const { items } = await listDistrictActions(control, { actions, districts, limit: newestActions });
  return items.map(({ districtActionId, status, counts }) => ({ districtActionId, status, counts }));
}

/**
 * Reads the newest event of the audit within a scope. Each time it looks only at what was added
 * since the time before: no index finds the events of a scope.
 */
export function auditEventsReader(control: Knex, within: Reach): () => Promise<unknown> {
  const { sql, values } = withinScope(within);
  let seen: number | null = null;
  // What came before this reader it can't know: who comes back is told anew.
  let newest: number | string = randomUUID();
  return async () => {
    const after = seen;
    const [last] = await selectRows<{ id: number | null }>(
      control,
      'SELECT MAX(auditEventID) AS id FROM auditEvent',
    );
    seen = last!.id ?? 0;
    if (after !== null && seen !== after) {
      const [own] = await selectRows<{ id: number | null }>(
        control,
        `SELECT MAX(auditEventID) AS id FROM auditEvent WHERE auditEventID > ? AND ${sql}`,
        [after, ...values],
      );
      newest = own!.id ?? newest;
    }
    return newest;
  };
}
