import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Catalog } from '../domain/catalog';
import { builtinCatalog } from './builtin';
import { checkCatalog } from './check';
import { CatalogError, parseCatalog } from './parse';

export { CatalogError } from './parse';

export interface LoadCatalogOptions {
  /** JSON or YAML; absent: the built-in catalog of the 62 objects. */
  readonly file?: string;
}

/**
 * The catalog of a deployment, checked as a whole.
 * @throws CatalogError listing every problem with the object and field at fault, or that the file
 * can't be read
 */
export function loadCatalog({ file }: LoadCatalogOptions = {}): Catalog {
  if (file !== undefined)
    return parseCatalog(readCatalogFile(file), { source: file, builtin: builtinCatalog });
  const problems = checkCatalog(builtinCatalog);
  if (problems.length > 0) throw new CatalogError('The built-in catalog', problems);
  return builtinCatalog;
}

/** YAML reads JSON too, so one reader serves both. */
function readCatalogFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'does not exist'
        : firstLine((error as Error).message);
    throw new CatalogError(file, [{ object: null, field: 'file', message: why }]);
  }
}

/** YAML's messages go on with the lines around the fault. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
