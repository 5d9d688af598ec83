import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { postWebhook } from '../../../src/features/notices/post-webhook';
import { isPublicAddress } from '../../../src/features/notices/public-address';
import { checkWebhookUrl } from '../../../src/features/notices/webhook-url';
import { type Receiver, receiver } from './receiver';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const strict = { allowPrivateAddresses: false, allowPlainHttp: true };
const open = { allowPrivateAddresses: true, allowPlainHttp: true };
const messageOf = (url: string) => ({ url, messageId: 'msg_1', body: '{"type":"x"}', secrets: [secret] });

/** A name server of our own: every name leads to these addresses. */
function resolverOf(...addresses: string[]): { lookup: LookupFunction; asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, done) => {
    asked.push(hostname);
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
    if (options.all) done(null, found);
    else done(null, found[0]!.address, found[0]!.family);
  };
  return { lookup, asked };
}

let target: Receiver;
beforeAll(async () => (target = await receiver()));
afterAll(() => target.close());
beforeEach(() => void target.received.splice(0));

test.each([
  'http://127.0.0.1',
  'http://127.0.0.1.',
  'http://127.1',
  'http://0x7f.1',
  'http://0x7f000001',
  'http://2130706433',
  'http://017700000001',
  'http://0177.0.0.1',
  'http://127.255.255.254',
  'http://0.0.0.0',
  'http://0',
  'http://１２７.0.0.1',
  'http://127。0。0。1',
  'http://localhost',
  'http://LOCALHOST',
  'http://localhost.',
  'http://a.localhost',
  'http://receiver.internal',
  'http://receiver',
  'http://[::1]',
  'http://[::]',
  'http://[0:0:0:0:0:0:0:1]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://[2001:0:7f00:1::]',
  'http://[fe80::1]',
  'http://[fc00::1]',
  'http://[fd00:ec2::254]',
  'http://[ff02::1]',
  'http://10.0.0.1',
  'http://172.16.0.1',
  'http://172.31.255.255',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://100.100.100.200',
  'http://169.254.169.254',
  'http://168.63.129.16',
  'http://192.0.0.192',
  'http://198.18.0.1',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://user@127.0.0.1',
  'http://example.org@127.0.0.1',
])('%s is refused when it is given and never connected to', async (origin) => {
  const url = `${origin}:${target.port}/hook`;
  expect(() => checkWebhookUrl(url, strict)).toThrow();
  const { word } = await postWebhook(messageOf(url), strict);
  expect([word, target.received]).toEqual(['AddressRefused', []]);
});

test.each([
  ['ftp://example.org', 'Only https'],
  ['http://example.org', 'Only https'],
  ['file:///etc/passwd', 'Only https'],
  ['//example.org/x', 'full URL'],
  ['https://user:password@example.org', 'user or password'],
  ['https://example.org/#part', '#'],
  ['https://example.org:0/', 'port 0'],
])('%s is refused with the reason', (url, reason) => {
  const rules = { allowPrivateAddresses: false, allowPlainHttp: false };
  expect(() => checkWebhookUrl(url, rules)).toThrow(reason);
  expect(checkWebhookUrl('https://example.org/x?y=1', rules).href).toBe('https://example.org/x?y=1');
});

test.each([
  ['127.0.0.1'],
  ['::1'],
  ['::ffff:127.0.0.1'],
  ['169.254.169.254'],
  ['10.1.2.3'],
  ['93.184.216.34', '127.0.0.1'],
])('a name that leads to %s %s is not connected to', async (...addresses) => {
  const { lookup, asked } = resolverOf(...addresses);
  const url = `http://receiver.example.org:${target.port}/hook`;
  expect(checkWebhookUrl(url, strict).hostname).toBe('receiver.example.org');
  const { word } = await postWebhook(messageOf(url), strict, { lookup });
  expect([word, target.received, asked]).toEqual(['AddressRefused', [], ['receiver.example.org']]);
});

test('the connection goes to the address that was checked: the name is asked once', async () => {
  const { lookup, asked } = resolverOf('127.0.0.1');
  const url = `http://receiver.example.org:${target.port}/hook`;
  expect(await postWebhook(messageOf(url), open, { lookup })).toMatchObject({ status: 204 });
  expect(asked).toEqual(['receiver.example.org']);
  expect(target.received[0]?.headers.host).toBe(`receiver.example.org:${target.port}`);
});

test('public addresses are not refused', () => {
  const addresses = ['93.184.216.34', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111'];
  expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  expect(isPublicAddress('example.org')).toBe(false);
});

test('a redirect is not followed', async () => {
  const hidden = await receiver();
  const redirecting = await receiver((response) => response.writeHead(307, { Location: hidden.url }).end());
  try {
    expect(await postWebhook(messageOf(redirecting.url), open)).toMatchObject({ status: 307 });
    expect([redirecting.received.length, hidden.received.length]).toEqual([1, 0]);
  } finally {
    await Promise.all([hidden.close(), redirecting.close()]);
  }
});

test('what is posted verifies with the library, with either secret while one is rotated, and not when it was changed', async () => {
  const former = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  const message = { ...messageOf(target.url), secrets: [secret, former] };
  await postWebhook(message, open);
  const { body } = target.received[0]!;
  const headers = target.received[0]!.headers as Record<string, string>;
  for (const each of [secret, former]) expect(new Webhook(each).verify(body, headers)).toEqual({ type: 'x' });
  expect(headers['webhook-id']).toBe('msg_1');
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(WebhookVerificationError);
  const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  expect(() => new Webhook(other).verify(body, headers)).toThrow(WebhookVerificationError);
});

test('of an answer only the status is kept, however long it is, and how long to wait', async () => {
  const talkative = await receiver((response) => {
    response.writeHead(503, { 'Retry-After': '120' });
    response.end('secret '.repeat(100_000));
  });
  try {
    const answer = await postWebhook(messageOf(talkative.url), open);
    expect(answer).toEqual({ status: 503, word: '503', retryAfter: 120 });
  } finally {
    await talkative.close();
  }
});

test('a closed port is told by its code', async () => {
  const closed = await receiver();
  await closed.close();
  expect(await postWebhook(messageOf(closed.url), open)).toEqual({
    status: null,
    word: 'ECONNREFUSED',
    retryAfter: null,
  });
});
