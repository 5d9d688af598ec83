import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { openRequestStatuses } from '../../domain/state-request';

/** What changes whenever the list of the state's requests does. */
export async function readRequestEvents(control: Knex): Promise<unknown> {
  return Promise.all([
    selectRows(
      control,
      `SELECT r.stateRequestID, r.status, d.status AS ofDistricts, COUNT(*) AS districts
         FROM stateRequest r LEFT JOIN stateRequestDistrict d ON d.stateRequestID = r.stateRequestID
        WHERE r.status IN (:open) GROUP BY r.stateRequestID, r.status, d.status ORDER BY 1, 3`,
      { open: openRequestStatuses },
    ),
    selectRows(control, 'SELECT MAX(requestedAt), MAX(endedAt) FROM stateRequest'),
  ]);
}
