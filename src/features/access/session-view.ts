import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { sees } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import type { session } from './schemas';

/** Of the cookie's session; absent for a caller with a token. */
interface OfCookie {
  readonly endsAt: string;
  readonly csrf: string;
  readonly signOutUrl: string | null;
}

/** What a page has to know before it shows anything. */
export function sessionView(
  { config }: ApiContext,
  principal: Principal,
  cookie: OfCookie | null,
): AnswerTo<typeof session> {
  const { principalId, name, level, rights } = principal;
  const seen = config.districts.filter(({ id }) => sees(principal, id));
  return {
    principalId,
    name,
    level,
    rights,
    districts: seen.map(({ id, number, name: named }) => ({ id, number, name: named })),
    serverTime: new Date().toISOString(),
    csrf: cookie?.csrf ?? null,
    endsAt: cookie?.endsAt ?? null,
    signOutUrl: cookie?.signOutUrl ?? null,
  };
}
