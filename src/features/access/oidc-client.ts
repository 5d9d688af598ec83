/** The console as a client of another issuer: OpenID Connect, code with PKCE. */
import type { Configuration, IDToken } from 'openid-client';
import type { Logger } from 'pino';
import type { OidcConfig } from '../../config/oidc';
import { Problem } from '../../http/problem';

type ConsoleConfig = NonNullable<OidcConfig['console']>;

/** What of a sign-in the browser keeps until it comes back. */
export interface SignInUnderWay {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** A path of ours. */
  readonly next: string;
}

const issuerTimeoutSeconds = 5;

/** Asks the issuer who somebody is. Nothing is asked before the first one signs in. */
export class OidcClient {
  private found: Promise<Configuration> | null = null;

  constructor(
    private readonly issuer: string,
    private readonly config: ConsoleConfig,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** @throws Problem 503 while the issuer doesn't answer */
  async begin(redirectUri: string, next: string): Promise<{ to: URL; underWay: SignInUnderWay }> {
    const client = await import('openid-client');
    const verifier = client.randomPKCECodeVerifier();
    const underWay = { state: client.randomState(), nonce: client.randomNonce(), verifier, next };
    const to = client.buildAuthorizationUrl(await this.configuration(), {
      redirect_uri: redirectUri,
      scope: this.config.scopes,
      state: underWay.state,
      nonce: underWay.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { to, underWay };
  }

  /**
   * What the issuer says of who came back, of a token whose signature, issuer, audience, nonce and
   * times were checked; `null`: it isn't to be believed, or the issuer refused.
   * @throws Problem 503
   */
  async end(url: URL, { state, nonce, verifier }: SignInUnderWay): Promise<IDToken | null> {
    const client = await import('openid-client');
    const configuration = await this.configuration();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
        idTokenExpected: true,
      });
      return tokens.claims() ?? null;
    } catch (error) {
      const timedOut = error instanceof client.ClientError && error.code === 'OAUTH_TIMEOUT';
      if (timedOut || isFetchFailed(error)) throw away();
      this.logger.warn({ code: codeOf(error) }, 'the issuer did not sign somebody in');
      return null;
    }
  }

  /** Where one signs out there; `null`: the issuer has no such page, or can't be asked now. */
  async signOutUrl(returnTo: string): Promise<string | null> {
    const client = await import('openid-client');
    try {
      const configuration = await this.configuration();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
    } catch {
      return null;
    }
  }

  private configuration(): Promise<Configuration> {
    this.found ??= this.discover().catch(() => {
      this.found = null;
      throw away();
    });
    return this.found;
  }

  private async discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { clientId, clientSecret } = this.config;
    const issuer = new URL(this.issuer);
    const found = await client.discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret),
      {
        timeout: issuerTimeoutSeconds,
        // The configuration allows it for this machine itself only.
        execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
      },
    );
    if (found.serverMetadata().issuer !== this.issuer) throw new Error('It is another issuer’s document.');
    return found;
  }
}

/** As Node's fetch says that there is no connection. */
const isFetchFailed = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'fetch failed';

/** The issuer's word for it (invalid_client), or the library's: no sentence, code or token. */
function codeOf(error: unknown): string {
  const { error: said, code, name } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const words = [said, code, name].filter((word) => typeof word === 'string');
  return words.find((word) => /^[A-Za-z_]{1,64}$/.test(word)) ?? 'unknown';
}

const away = (): Problem =>
  new Problem(503, 'Who signs people in doesn’t answer now: try again, or use a token.', [], {
    'Retry-After': '10',
  });
