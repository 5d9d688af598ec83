import { openConnection } from '../../database/connect';
import { classify } from './errors';

/** A district that doesn't answer in this time holds up others: it is tried again later. */
const connectMs = 3_000;

/**
 * Asks a district's database, on a connection of its own, whether it answers.
 * @throws DatabaseError
 */
export async function probeDistrict(url: string): Promise<void> {
  try {
    const connection = await openConnection(url, { connectTimeout: connectMs });
    // Without a listener an error on the socket would end the process.
    connection.on('error', () => undefined);
    try {
      await connection.query({ sql: 'SELECT 1', timeout: connectMs });
    } finally {
      connection.destroy();
    }
  } catch (error) {
    throw classify(error, 'district');
  }
}
