import { join } from 'node:path';

/** Where the sample's files are: `<Object>.json.gz`, one for each object with records. */
export const dataFolder = join(__dirname, 'grand-bend');

/** The records of one object. GUIDs and school years are added when they are loaded. */
export interface DataFile {
  readonly columns: readonly string[];
  readonly records: readonly (readonly (string | number | null)[])[];
}
