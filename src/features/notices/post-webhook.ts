import { lookup as systemLookup } from 'node:dns';
import { type LookupFunction, isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { isPublicAddress } from './public-address';
import { checkWebhookUrl, type WebhookRules, WebhookUrlError } from './webhook-url';

/** From the connection to the end of the answer. */
const timeoutMs = 10_000;
/** More of an answer isn't read; none of it is kept. */
const maxAnswerBytes = 65_536;

export interface WebhookMessage {
  readonly url: string;
  /** The same over all attempts: the receiver tells repetitions by it. */
  readonly messageId: string;
  /** JSON text; the same over all attempts. */
  readonly body: string;
  /** `whsec_…`; the newest first. While a secret is being rotated both sign. */
  readonly secrets: readonly string[];
}

/** How an attempt ended: the status that was answered, or why there was none, in a word. */
export interface WebhookAnswer {
  readonly status: number | null;
  /** E.g. 200, 503, AddressRefused, Timeout, ECONNREFUSED: a code, nothing of what was answered. */
  readonly word: string;
  /** Seconds the receiver asks to wait, if it does. */
  readonly retryAfter: number | null;
}

/**
 * Posts one attempt, signed as Standard Webhooks has it. The name is resolved by `lookup`, every
 * address it gives is checked, and the connection goes to those very addresses: no name can lead
 * elsewhere in between. Redirects are not followed: a 3xx is an answer like any other. Never throws
 * for what the receiver or the network does.
 */
export async function postWebhook(
  message: WebhookMessage,
  rules: WebhookRules,
  { lookup = systemLookup, now = new Date() }: { lookup?: LookupFunction; now?: Date } = {},
): Promise<WebhookAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // A hundred modules, which a worker that posts nothing needn't load.
  const { Agent, request } = await import('undici');
  const agent = new Agent({
    connections: 1,
    pipelining: 0,
    connectTimeout: timeoutMs,
    maxHeaderSize: 16_384,
    connect: { lookup: rules.allowPrivateAddresses ? lookup : checkedLookup(lookup) },
  });
  try {
    // Again, though it was checked when it was stored: a literal address is connected to without
    // any lookup.
    const url = checkWebhookUrl(message.url, rules);
    const answer = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'state-data-resync',
        'webhook-id': message.messageId,
        'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
        'webhook-signature': message.secrets
          .map((secret) => new Webhook(secret).sign(message.messageId, now, message.body))
          .join(' '),
      },
      body: message.body,
      signal,
    });
    await answer.body.dump({ limit: maxAnswerBytes, signal }).catch(() => undefined);
    const { statusCode } = answer;
    return {
      status: statusCode,
      word: `${statusCode}`,
      retryAfter: secondsOf(answer.headers['retry-after']),
    };
  } catch (error) {
    return { status: null, word: wordOf(error), retryAfter: null };
  } finally {
    await agent.destroy();
  }
}

class AddressRefused extends Error {
  readonly code = 'AddressRefused';
}

/** One bad address among several refuses the name: which of them is used is not ours to choose. */
function checkedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new AddressRefused('The name leads to an address that is not public.'), '');
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
}

function wordOf(error: unknown): string {
  if (error instanceof WebhookUrlError) return 'AddressRefused';
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'Timeout';
  return typeof code === 'string' ? code.slice(0, 60) : 'ConnectionFailed';
}

function secondsOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : null;
}
