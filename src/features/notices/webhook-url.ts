import { isIP } from 'node:net';
import { isPublicAddress } from './public-address';

export interface WebhookRules {
  /** Private, loopback and link-local addresses too. */
  readonly allowPrivateAddresses: boolean;
  /** http:// too. */
  readonly allowPlainHttp: boolean;
}

/** Why a URL can't be a webhook; the message is for the person who gave it. */
export class WebhookUrlError extends Error {
  override readonly name = 'WebhookUrlError';
}

/**
 * Checks what can be seen without asking a name server: what a name leads to is checked at each
 * connection (postWebhook), because it may change in between.
 * @returns the URL in its normal form, in which 0x7f.1 is 127.0.0.1
 * @throws WebhookUrlError
 */
export function checkWebhookUrl(text: string, rules: WebhookRules): URL {
  if (!URL.canParse(text)) throw new WebhookUrlError('Give a full URL, e.g. https://example.org/resync.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(rules.allowPlainHttp && url.protocol === 'http:'))
    throw new WebhookUrlError('Only https:// is posted to.');
  if (url.username !== '' || url.password !== '')
    throw new WebhookUrlError('A URL with a user or password would be stored readable: leave them out.');
  if (url.port === '0') throw new WebhookUrlError('Nobody can be reached at port 0.');
  if (url.hash !== '') throw new WebhookUrlError('The part after # is never sent: leave it out.');
  if (!rules.allowPrivateAddresses) refusePrivate(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  return url;
}

function refusePrivate(host: string): void {
  const name = host.replace(/\.$/, '').toLowerCase();
  const literal = isIP(host) !== 0;
  const local =
    name === 'localhost' || /\.(localhost|local|internal|localdomain)$/.test(name) || !name.includes('.');
  if (literal ? !isPublicAddress(host) : local)
    throw new WebhookUrlError('The host is not one on the public Internet.');
}
