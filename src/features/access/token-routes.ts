import { z } from 'zod';
import { addToken, listTokens, revokeToken } from './token-store';
import type { ApiContext } from '../../http/context';
import * as schemas from './schemas';
import { requireAdministered } from './require-administered';
import { notFound } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';

/** Tokens of a principal: made, listed without their secrets, revoked. */
export function principalTokenRoutes(context: ApiContext): RouteSpec[] {
  const { control } = context;
  const tokensOf = async (principalId: string) =>
    (await listTokens(control, { principalId })).map(
      ({ tokenId, label, createdAt, expiresAt, revokedAt, lastUsedAt }) => ({
        tokenId,
        label,
        createdAt,
        expiresAt,
        revokedAt,
        lastUsedAt,
      }),
    );
  /** @throws Problem 404 when it isn't the principal's */
  const revokeOne = async (principalId: string, token: string): Promise<void> => {
    if (!(await tokensOf(principalId)).some(({ tokenId }) => tokenId === token)) throw notFound();
    await revokeToken(control, token, principalId);
  };
  const answersTokens = {
    200: { description: 'At most 500 tokens', schema: z.object({ items: z.array(schemas.token) }) },
  };
  const ofOneself = { right: null, tag: 'Principals' } as const;
  return [
    route({
      ...ofOneself,
      operationId: 'listOwnTokens',
      method: 'get',
      path: '/me/tokens',
      summary: 'The caller’s own tokens, without their secrets, newest first',
      responses: answersTokens,
      handler: async ({ principal }) => ({ items: await tokensOf(principal.principalId) }),
    }),
    route({
      ...ofOneself,
      operationId: 'revokeOwnToken',
      method: 'delete',
      path: '/me/tokens/{token}',
      summary: 'Revoke a token of the caller’s own; what was signed in with it is signed out',
      params: schemas.ownTokenParams,
      responses: answersTokens,
      handler: async ({ params, principal }) => {
        await revokeOne(principal.principalId, params.token);
        return { items: await tokensOf(principal.principalId) };
      },
    }),
    route({
      operationId: 'listTokens',
      method: 'get',
      path: '/principals/{principal}/tokens',
      right: 'administration',
      tag: 'Principals',
      summary: 'Tokens of a principal, without their secrets, newest first',
      params: schemas.principalParams,
      responses: answersTokens,
      handler: async ({ params, principal }) => {
        const { principalId } = await requireAdministered(context, principal, params.principal);
        return { items: await tokensOf(principalId) };
      },
    }),
    route({
      operationId: 'createToken',
      method: 'post',
      path: '/principals/{principal}/tokens',
      right: 'administration',
      tag: 'Principals',
      summary: 'Create a token; its secret is shown only once',
      params: schemas.principalParams,
      example: { label: 'laptop', expiresInDays: 90 },
      body: schemas.newToken,
      responses: { 201: { description: 'The token', schema: schemas.madeToken } },
      audit: ({ body, answer }) => ({ ...body, tokenId: answer?.tokenId }),
      handler: async ({ params, body, principal, response }) => {
        const { principalId } = await requireAdministered(context, principal, params.principal);
        response.set('Cache-Control', 'no-store');
        const { label: name, expiresInDays } = body;
        return addToken(control, { principalId, name, expiresInDays });
      },
    }),
    route({
      operationId: 'revokeToken',
      method: 'delete',
      path: '/principals/{principal}/tokens/{token}',
      right: 'administration',
      tag: 'Principals',
      summary: 'Revoke a token',
      params: schemas.tokenParams,
      responses: answersTokens,
      handler: async ({ params, principal }) => {
        const { principalId } = await requireAdministered(context, principal, params.principal);
        await revokeOne(principalId, params.token);
        return { items: await tokensOf(principalId) };
      },
    }),
  ];
}
