import type { Knex } from 'knex';
import { leastAgeSeconds, type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { closeImport, openImportIds } from './import-store';

/** Compares the open imports with Temporal. @see reconcileOpen */
export async function reconcileImports(
  control: Knex,
  temporal: Pick<OpenWork<string>, 'whereabouts' | 'start'>,
): Promise<number> {
  const message = 'The import was ended in Temporal before it came to this line: import it again.';
  return reconcileOpen({
    ...temporal,
    open: await openImportIds(control, leastAgeSeconds),
    close: (importId) => closeImport(control, importId, message),
  });
}
