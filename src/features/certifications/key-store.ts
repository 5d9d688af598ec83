import type { Knex } from 'knex';
import { ControlError } from '../../control/control-error';

/** Keeps a public key forever; one that is kept already is left alone. */
export async function keepKey(
  control: Knex,
  { kid, publicKey }: { readonly kid: string; readonly publicKey: Readonly<Record<string, string>> },
): Promise<void> {
  if (await control('certificationKey').where({ kid }).first('kid')) return;
  try {
    await control('certificationKey').insert({ kid, publicKey: JSON.stringify(publicKey) });
  } catch (error) {
    // Another process was quicker; the table refuses to be updated, so there is no merging of the
    // two.
    if (!(error instanceof ControlError) || error.kind !== 'duplicate') throw error;
  }
}

/** All public keys that ever signed, the oldest first. */
export async function readKeys(control: Knex): Promise<Readonly<Record<string, string>>[]> {
  const rows = await control<{ kid: string; publicKey: string; addedAt: string }>('certificationKey').orderBy(
    ['addedAt', 'kid'],
  );
  return rows.map(({ publicKey }) => JSON.parse(publicKey) as Record<string, string>);
}
