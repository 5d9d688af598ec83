import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { Problem } from '../../http/problem';

/** With Secure and the whole host for its path: no other host nor page can set it. */
const secureName = '__Host-resync';
/** On this machine's own address over plain HTTP, where a browser keeps no Secure cookie. */
const loopbackName = 'resync-session';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)$/;

/**
 * Why nobody signs in over this connection, or `null`. A session's cookie over plain HTTP is
 * everybody's who listens.
 */
export function whyNoSignIn({ secure, hostname }: Request): string | null {
  if (secure || loopback.test(hostname ?? '')) return null;
  return 'Signing in needs HTTPS: put a proxy with a certificate in front, and say in api.trustProxy that it is believed.';
}

/** Name and attributes of the cookie over this connection. */
export function cookieOf({ secure }: Request): { readonly name: string; readonly options: CookieOptions } {
  return {
    name: secure ? secureName : loopbackName,
    options: { httpOnly: true, secure, sameSite: 'strict', path: '/' },
  };
}

/** Minutes in which one has to come back from another issuer. */
const signInMinutes = 10;

/**
 * Of a sign-in under way. Lax: the issuer's page sends the browser back, and it has to come along.
 */
export function signInCookieOf({ secure }: Request): {
  readonly name: string;
  readonly options: CookieOptions;
} {
  return {
    name: secure ? '__Host-resync-sign-in' : 'resync-sign-in',
    options: { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: signInMinutes * 60_000 },
  };
}

/** From now on the browser has the session. */
export function setSessionCookie(request: Request, response: Response, secret: string): void {
  const { name, options } = cookieOf(request);
  response.cookie(name, secret, options);
}

/** The secret in the request's cookie; `null`: it has none. */
export function sessionSecretOf(request: Request): string | null {
  return cookieValue(request, cookieOf(request).name);
}

/** What a cookie of the request holds; `null`: it has none of this name. */
export function cookieValue(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/** What a write with this session sends in X-CSRF: only who read an answer of ours knows it. */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

/** Of the address that was asked. */
export function originOf(request: Request): string {
  return `${request.protocol}://${request.get('Host') ?? ''}`;
}

/**
 * Was the request made by a page of ours? Browsers say so; a request that doesn't say comes from no
 * browser's page.
 * @throws Problem 403
 */
export function refuseOtherOrigins(request: Request): void {
  const site = request.get('Sec-Fetch-Site');
  const origin = request.get('Origin');
  if (
    (site === undefined || site === 'same-origin') &&
    (origin === undefined || origin === originOf(request))
  )
    return;
  throw new Problem(
    403,
    'This comes from a page of another address: a session is used by its own pages only.',
  );
}

/** @throws Problem 403 when a page of another address could have sent this write */
export function refuseForgery(request: Request, secret: string): void {
  refuseOtherOrigins(request);
  const sent = Buffer.from(request.get('X-CSRF') ?? '');
  const expected = Buffer.from(csrfOf(secret));
  if (sent.length === expected.length && timingSafeEqual(sent, expected)) return;
  throw new Problem(403, 'A write with a session needs the header X-CSRF, as GET /session has it.');
}
