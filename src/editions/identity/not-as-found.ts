import { DatabaseError } from '../connection/errors';

/** A conflict that isn't as it was found, in a sentence for who resolves it. */
export function notAsFound(message: string): DatabaseError {
  return new DatabaseError(message, { errorClass: 'configuration', side: 'state' });
}
