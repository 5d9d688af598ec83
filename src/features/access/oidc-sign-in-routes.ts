import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { sent } from '../../http/sent';
import { principalOfClaims } from './claims';
import { keepSignIn } from './keep-audit';
import type { OidcClient, SignInUnderWay } from './oidc-client';
import { cookieValue, originOf, setSessionCookie, signInCookieOf, whyNoSignIn } from './session-cookie';
import { openForeignSession } from './session-store';

const pagePath = '/sign-in';
const callbackPath = '/sign-in/oidc/callback';

/** Why somebody comes back without a session; the page has the words. */
type Refusal = 'state' | 'refused' | 'rights';

const underWayShape = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
});

/** A path of ours; whatever else stands there leads to the start. */
const pathOfOurs = (next: string | undefined): string => (/^\/(?![/\\])/.test(next ?? '') ? next! : '/');

const leads = { 302: { description: 'Leads on', sends: 'text/html' } } as const;

/** GET /sign-in/oidc and where the issuer sends browsers back to. */
export function oidcSignInRoutes({ config, control }: ApiContext, client: OidcClient | null): RouteSpec[] {
  const { oidc } = config.auth;
  const required = (): OidcClient => {
    if (client === null) throw new Problem(404, 'Nobody signs in by another issuer here.');
    return client;
  };
  const redirectUri = (request: Request): string =>
    oidc?.console?.redirectUri ?? `${originOf(request)}${request.baseUrl}${callbackPath}`;
  return [
    route({
      operationId: 'beginOidcSignIn',
      method: 'get',
      path: '/sign-in/oidc',
      right: null,
      public: true,
      tag: 'Sessions',
      summary: 'Where a browser goes to sign in by another issuer; it comes back to `next`',
      query: z.strictObject({ next: z.string().max(2_000).optional() }),
      responses: leads,
      handler: async ({ query, request, response }) => {
        const issuer = required();
        const whyNot = whyNoSignIn(request);
        if (whyNot !== null) throw new Problem(403, whyNot);
        const { to, underWay } = await issuer.begin(redirectUri(request), pathOfOurs(query.next));
        const { name, options } = signInCookieOf(request);
        response.cookie(name, Buffer.from(JSON.stringify(underWay)).toString('base64url'), options);
        response.redirect(to.href);
        return sent;
      },
    }),
    route({
      operationId: 'endOidcSignIn',
      method: 'get',
      path: callbackPath,
      right: null,
      public: true,
      tag: 'Sessions',
      summary: 'Where the issuer sends a browser back to: opens a session, or leads to why not',
      // The issuer's own words, which may be any.
      query: z.looseObject({}),
      responses: leads,
      handler: async ({ request, response }) => {
        const issuer = required();
        const underWay = takeUnderWay(request, response);
        if (underWay === null || request.query['state'] !== underWay.state)
          return lead(response, underWay?.next ?? '/', 'state');
        const { search } = new URL(request.originalUrl, originOf(request));
        const claims = await issuer.end(new URL(redirectUri(request) + search), underWay);
        if (claims === null || !/^[\x20-\x7e]{1,255}$/.test(claims.sub))
          return lead(response, underWay.next, 'refused');
        const principal = principalOfClaims(claims, oidc!.claims);
        const mayNothing = principal.rights.length === 0 || principal.districts?.length === 0;
        if (mayNothing) return lead(response, underWay.next, 'rights');
        const { secret } = await openForeignSession(control, principal, claims.exp);
        await keepSignIn(control, request, principal);
        setSessionCookie(request, response, secret);
        return lead(response, underWay.next, null);
      },
    }),
  ];
}

/** The page asks who is signed in: the cookie comes with its own requests, not with this one. */
function lead(response: Response, next: string, refused: Refusal | null) {
  const query = new URLSearchParams({ next, ...(refused === null ? { signed: 'in' } : { refused }) });
  response.redirect(`${pagePath}?${query.toString()}`);
  return sent;
}

/** Used up by it, whatever comes of it. */
function takeUnderWay(request: Request, response: Response): SignInUnderWay | null {
  const { name, options } = signInCookieOf(request);
  const { maxAge: _, ...like } = options;
  response.clearCookie(name, like);
  const text = cookieValue(request, name);
  if (text === null) return null;
  try {
    return underWayShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
