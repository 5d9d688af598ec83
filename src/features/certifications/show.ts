import { readSigningKey } from '../../config/signing-key';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { requireDistrict, sees } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import { type Sent, sent } from '../../http/sent';
import { listDriftRows, listDrifts, loadDrift } from './drift-store';
import { readKeys } from './key-store';
import { requireCertification, requireValidManifest, verifyStored } from './require';
import type * as schemas from './schemas';
import { publicKeyOf } from './signing';
import { listCertifications, readJws } from './store';
import { certificationView, driftView, manifestView } from './views';

type One = Asked<{ params: typeof schemas.certificationParams }>;

/** A page of the certifications of districts that the caller sees. */
export async function certificationPage(
  { config, control }: ApiContext,
  { query: { district, ...query }, principal }: Asked<{ query: typeof schemas.certificationsQuery }>,
): Promise<AnswerTo<typeof schemas.certificationPage>> {
  const visible = config.districts.map(({ id }) => id).filter((id) => sees(principal, id));
  const districts = district === undefined ? visible : [requireDistrict(config, principal, district).id];
  const page = await listCertifications(control, { districts, ...query });
  return { ...page, items: page.items.map((item) => certificationView(principal, item)) };
}

/** A certification whose signature is verified anew. @throws Problem 404 */
export async function showCertification(
  context: ApiContext,
  { params, principal }: One,
): Promise<AnswerTo<typeof schemas.certificationWithManifest>> {
  const head = await requireCertification(context, principal, params.id);
  const verified = await verifyStored(context, head);
  return { ...certificationView(principal, head), ...manifestView(verified) };
}

/** Sends the signed document. @throws Problem 404, 409 */
export async function sendManifest(context: ApiContext, { params, principal, response }: One): Promise<Sent> {
  const head = await requireCertification(context, principal, params.id);
  await requireValidManifest(context, head);
  response.attachment(`certification-${head.certificationId}.jws`).type('application/jose');
  response.send(await readJws(context.control, head.certificationId));
  return sent;
}

/** The comparisons of a certification with later days. @throws Problem 404 */
export async function driftList(
  context: ApiContext,
  { params, principal }: One,
): Promise<AnswerTo<typeof schemas.driftList>> {
  const { certificationId } = await requireCertification(context, principal, params.id);
  const items = await listDrifts(context.control, certificationId);
  return { items: items.map((item) => driftView(principal, item)) };
}

/** One comparison with a page of its rows. @throws Problem 404 */
export async function showDrift(
  context: ApiContext,
  {
    params,
    query,
    principal,
  }: Asked<{ params: typeof schemas.driftParams; query: typeof schemas.driftQuery }>,
): Promise<AnswerTo<typeof schemas.driftWithRows>> {
  const { control } = context;
  const { certificationId } = await requireCertification(context, principal, params.id);
  const found = await loadDrift(control, params.drift);
  if (found.certificationId !== certificationId) throw notFound();
  return { ...driftView(principal, found), ...(await listDriftRows(control, found.driftId, query)) };
}

/** The keys of all signatures, and the one that signs next. */
export async function publicKeys({ config, control }: ApiContext) {
  const kept = await readKeys(control);
  const { privateKey } = config.certification;
  if (privateKey === undefined) return kept;
  const current = await publicKeyOf(readSigningKey(privateKey));
  return kept.some(({ kid }) => kid === current['kid']) ? kept : [...kept, current];
}
