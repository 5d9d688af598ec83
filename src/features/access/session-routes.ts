import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import type { BrowserSession } from './authenticate';
import type { OidcClient } from './oidc-client';
import * as schemas from './schemas';
import { cookieOf, csrfOf, originOf, sessionSecretOf } from './session-cookie';
import { endSession } from './session-store';
import { sessionView } from './session-view';

/** The session of the console that a request comes with. */
export function sessionRoutes(context: ApiContext, client: OidcClient | null): RouteSpec[] {
  return [
    route({
      operationId: 'showSession',
      method: 'get',
      path: '/session',
      right: null,
      tag: 'Sessions',
      summary: 'Who is signed in, with the names of the districts and what a write has to send',
      responses: { 200: { description: 'The session', schema: schemas.session } },
      handler: async ({ principal, request, response }) => {
        const session = response.locals['session'] as BrowserSession | undefined;
        if (session === undefined) return sessionView(context, principal, null);
        const { endsAt, secret, foreign } = session;
        const signOutUrl =
          foreign && client !== null ? await client.signOutUrl(`${originOf(request)}/sign-in`) : null;
        return sessionView(context, principal, { endsAt, csrf: csrfOf(secret), signOutUrl });
      },
    }),
    route({
      operationId: 'endSession',
      method: 'delete',
      path: '/session',
      right: null,
      tag: 'Sessions',
      summary: 'Sign out; without a session nothing changes',
      responses: { 204: { description: 'Signed out' } },
      handler: async ({ request, response }) => {
        const secret = sessionSecretOf(request);
        if (secret !== null) await endSession(context.control, secret);
        const { name, options } = cookieOf(request);
        response.clearCookie(name, options);
      },
    }),
  ];
}
