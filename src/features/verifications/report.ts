import type { Page } from '../../control/page';
import type { ApiContext } from '../../http/context';
import type { AnswerTo, Asked } from '../../http/route';
import { sendTable } from '../../http/send-file';
import type { Sent } from '../../http/sent';
import { listVerificationSamples } from './list-samples';
import { listVerifiedSchools } from './list-schools';
import { requireVerificationView } from './require';
import type * as schemas from './schemas';
import { sampleView, schoolView, verificationLines } from './views';

/** Everything a verification found, as JSON or as a table. @throws Problem 404 */
export async function verificationReport(
  context: ApiContext,
  {
    params,
    query,
    principal,
    response,
  }: Asked<{ params: typeof schemas.verificationParams; query: typeof schemas.reportQuery }>,
): Promise<AnswerTo<typeof schemas.verificationReport> | Sent> {
  const { control } = context;
  const verification = await requireVerificationView(context, principal, params.id);
  const whole = { verificationId: params.id, limit: 500 };
  const schools = await allOf((cursor) => listVerifiedSchools(control, { ...whole, cursor }));
  if (query.format !== 'json')
    return sendTable(
      response,
      `verification-${params.id}`,
      query.format,
      verificationLines(verification, schools),
    );
  const samples = await allOf((cursor) => listVerificationSamples(control, { ...whole, cursor }));
  return { verification, schools: schools.map(schoolView), samples: samples.map(sampleView) };
}

async function allOf<Item>(list: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
