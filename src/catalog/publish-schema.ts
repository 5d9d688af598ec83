import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogJsonSchema } from './schema';

// Run by hand after a change of ./schema: npm run catalog:schema. A test holds file and schema
// equal.
const file = join(__dirname, '..', '..', 'docs', 'catalog.schema.json');
writeFileSync(file, `${JSON.stringify(catalogJsonSchema(), null, 2)}\n`);
