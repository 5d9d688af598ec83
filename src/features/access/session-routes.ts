import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import type { BrowserSession } from './authenticate';
import * as schemas from './schemas';
import { cookieOf, csrfOf, sessionSecretOf } from './session-cookie';
import { endSession } from './session-store';
import { sessionView } from './session-view';

/** The session of the console that a request comes with. */
export function sessionRoutes(context: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'showSession',
      method: 'get',
      path: '/session',
      right: null,
      tag: 'Sessions',
      summary: 'Who is signed in, with the names of the districts and what a write has to send',
      responses: { 200: { description: 'The session', schema: schemas.session } },
      handler: ({ principal, response }) => {
        const session = response.locals['session'] as BrowserSession | undefined;
        const cookie = session ? { endsAt: session.endsAt, csrf: csrfOf(session.secret) } : null;
        return Promise.resolve(sessionView(context, principal, cookie));
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
