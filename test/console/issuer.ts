import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';

/** A certified OpenID provider on this machine, with pages of its own for who signs in. */
export class Issuer {
  private handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  private readonly server: Server = createServer((request, response) => this.handle(request, response));

  /** Its address is known from now on; it answers once it is opened. */
  static async listen(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.server.once('listening', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @param people what it says of each, by their logins; any password is theirs */
  async open(consoleUrl: string, people: Readonly<Record<string, object>>): Promise<void> {
    const { Provider } = await import('oidc-provider');
    const provider = new Provider(this.url, {
      clients: [
        {
          client_id: 'console',
          token_endpoint_auth_method: 'none',
          redirect_uris: [`${consoleUrl}/api/v1/sign-in/oidc/callback`],
          post_logout_redirect_uris: [`${consoleUrl}/sign-in`],
        },
      ],
      pkce: { required: () => true },
      ttl: { Interaction: 600, Session: 3_600, Grant: 3_600, AccessToken: 600, IdToken: 3_600 },
      claims: {
        openid: ['sub'],
        profile: ['name', 'resync_level', 'resync_districts', 'resync_rights'],
      },
      conformIdTokenClaims: false,
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: id, ...people[id] }),
      }),
    });
    const answer = provider.callback();
    this.handle = (request, response) => void answer(request, response);
  }

  /** As a person does: signs in, and lets the console know. */
  async signIn(page: Page, login: string): Promise<void> {
    await page.locator('input[name="login"]').fill(login);
    await page.locator('input[name="password"]').fill('any');
    await page.locator('button[type="submit"]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  async signOut(page: Page): Promise<void> {
    await page.locator('button[value="yes"]').click();
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
