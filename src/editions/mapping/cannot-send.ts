import type { SyncObject } from '../../domain/catalog';
import { DatabaseError } from '../connection/errors';

/** The error that stops an object whose two tables don't fit each other. */
export function cannotSend(
  object: SyncObject,
  side: 'district' | 'state',
  problems: readonly string[],
): DatabaseError {
  return new DatabaseError(`${object.name} can't be sent: ${problems.join('; ')}.`, {
    errorClass: 'configuration',
    side,
  });
}
