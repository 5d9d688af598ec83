import type { Knex } from 'knex';
import type { Principal } from '../../domain/principal';
import { notFound } from '../../http/problem';
import { sees } from '../../http/require';
import { readPreview, type SelectivePreview } from './preview-store';

/** @throws Problem 404; what the state looks up in a district is not the district's to see */
export async function requirePreview(
  control: Knex,
  principal: Principal,
  previewId: string,
): Promise<SelectivePreview> {
  const preview = await readPreview(control, previewId);
  const visible = sees(principal, preview.districtId);
  if (!visible || (principal.level === 'district' && preview.level === 'state')) throw notFound();
  return preview;
}
