import type { RowDataPacket } from 'mysql2/promise';
import { openDistrict } from './write-table';

/** Grand Bend's number among Texas' districts. */
export const grandBendNumber = 255901;
/** The number of every generated district. */
export const generatedDistrictNumber = 1;

/** The database holds a district that filling it would delete. */
export class OtherDistrictError extends Error {
  override readonly name = 'OtherDistrictError';
  constructor() {
    super('The database holds another district, whose records would be deleted.');
  }
}

/**
 * Looks before a sample is written over what a database holds.
 * @param number the only district that may go
 * @throws OtherDistrictError when there is one with another number
 */
export async function refuseOtherDistrict(districtUrl: string, number: number): Promise<void> {
  const connection = await openDistrict(districtUrl);
  try {
    const [others] = await connection.query<RowDataPacket[]>(
      'SELECT 1 FROM District WHERE districtNumber <> ? LIMIT 1',
      [number],
    );
    if (others.length > 0) throw new OtherDistrictError();
  } finally {
    await connection.end();
  }
}
