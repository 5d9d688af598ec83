import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { keepSignIn } from './keep-audit';
import * as schemas from './schemas';
import { csrfOf, refuseOtherOrigins, setSessionCookie, whyNoSignIn } from './session-cookie';
import { openSession, openSessionByCode } from './session-store';
import { sessionView } from './session-view';

/** How a browser gets a session. These need no token: they are asked before there is one. */
export function signInRoutes(context: ApiContext): RouteSpec[] {
  const { config, control } = context;
  const { console: ofConsole } = config.auth.oidc ?? {};
  const oidc = ofConsole ? { name: ofConsole.name, path: '/api/v1/sign-in/oidc' } : null;
  return [
    route({
      operationId: 'showSignIn',
      method: 'get',
      path: '/sign-in',
      right: null,
      public: true,
      tag: 'Sessions',
      summary: 'How one signs in to the console here',
      responses: { 200: { description: 'Ways to sign in', schema: schemas.signIn } },
      handler: ({ request }) => Promise.resolve({ token: true, oidc, whyNot: whyNoSignIn(request) }),
    }),
    route({
      operationId: 'openSession',
      method: 'post',
      path: '/session',
      right: null,
      public: true,
      tag: 'Sessions',
      summary: 'Sign in by a token, or by the one-use code of a sign-in link; the answer sets a cookie',
      example: { token: 'rsk_…' },
      body: schemas.newSession,
      responses: { 201: { description: 'The session', schema: schemas.session } },
      audit: false,
      handler: async ({ body, request, response }) => {
        const whyNot = whyNoSignIn(request);
        if (whyNot !== null) throw new Problem(403, whyNot);
        refuseOtherOrigins(request);
        const opened =
          'code' in body
            ? await openSessionByCode(control, body.code)
            : await openSession(control, body.token);
        if (opened === null) {
          const detail =
            'code' in body
              ? 'This sign-in link was used before, or is older than five minutes: make a new one.'
              : 'The token is unknown, expired or revoked.';
          throw new Problem(401, detail);
        }
        await keepSignIn(control, request, opened.principal);
        setSessionCookie(request, response, opened.secret);
        return sessionView(context, opened.principal, {
          ...{ endsAt: opened.endsAt, csrf: csrfOf(opened.secret), signOutUrl: null },
        });
      },
    }),
  ];
}
