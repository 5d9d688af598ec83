import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { publicKeyOf, signManifest, verifyManifest } from '../../../src/features/certifications/signing';
import { newSigningKey, readSigningKey } from '../../../src/config/signing-key';
import { canonicalJson, type Manifest, manifestFormat } from '../../../src/domain/certification';

const manifest = {
  ...{ format: manifestFormat, checksum: 'sha256-tree-1', certificationId: 'c1', name: 'Fall “count”' },
  ...{ district: { id: 'd', number: 7, name: 'D' }, schoolYear: 2027, reportingDate: '2026-10-01' },
  ...{ certifiedBy: 'state', measuredAt: '2026-10-02T00:00:00.000Z', newestResync: null, catalog: 'x' },
  ...{ records: 0, objects: [] },
} as const satisfies Manifest;

const ed25519 = () => readSigningKey(newSigningKey());
const p256 = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return readSigningKey(String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'));
};

test.each([
  ['Ed25519 JWK', ed25519],
  ['P-256 PEM on one line', p256],
])(
  'a manifest signed with an %s key is verified by its public half, which holds nothing private',
  async (_, make) => {
    const key = make();
    const [{ jws, kid }, published] = [await signManifest(key, manifest), await publicKeyOf(key)];
    expect(Object.keys(published)).not.toContain('d');
    expect(await verifyManifest(jws, [published])).toEqual({ valid: true, kid, manifest });
  },
);

test('after a rotation old manifests are verified with the old key, and never with the new one under its name', async () => {
  const [old, current] = [ed25519(), ed25519()];
  const { jws, kid } = await signManifest(old, manifest);
  const keys = [await publicKeyOf(old), await publicKeyOf(current)];
  expect((await verifyManifest(jws, keys)).valid).toBe(true);
  expect(await verifyManifest(jws, keys.slice(1))).toMatchObject({
    valid: false,
    problem: 'INVALID: no known key signed it.',
  });
  const replaced = { ...keys[1]!, kid };
  expect(await verifyManifest(jws, [replaced])).toMatchObject({
    valid: false,
    problem: 'INVALID: the public key kept under its kid is another key.',
  });
});

test('any change of a signed document makes it invalid, without an exception', async () => {
  const key = ed25519();
  const { jws } = await signManifest(key, manifest);
  const keys = [await publicKeyOf(key)];
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The last letter of a part holds bits that stand for nothing.
  const counted = [...Array(jws.length).keys()].filter(
    (at) => ![undefined, '.'].includes(jws[at + 1]) && jws[at] !== '.',
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...counted), fc.constantFrom(...letters), async (at, letter) => {
      fc.pre(jws[at] !== letter);
      const { valid } = await verifyManifest(`${jws.slice(0, at)}${letter}${jws.slice(at + 1)}`, keys);
      expect(valid).toBe(false);
    }),
    { numRuns: 100 },
  );
  for (const text of ['', 'x', '..', 'a.b.c', jws.split('.').slice(0, 2).join('.')])
    expect((await verifyManifest(text, keys)).valid).toBe(false);
});

test('a document without a signature, or signed as something else, is no certification', async () => {
  const key = ed25519();
  const keys = [await publicKeyOf(key)];
  const { jws, kid } = await signManifest(key, manifest);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'none', kid, typ: 'resync-certification+json' })}.${jws.split('.')[1]}.`;
  expect(await verifyManifest(unsigned, keys)).toMatchObject({
    valid: false,
    claims: { certificationId: 'c1' },
  });
  const other = await signManifest(key, { ...manifest, format: 'other' } as unknown as Manifest);
  expect(await verifyManifest(other.jws, keys)).toMatchObject({ valid: false });
});

test('a text that is no usable private key is refused without a word of it', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(() => readSigningKey(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toThrow(
    'It must be an Ed25519 or P-256 key.',
  );
  expect(() => readSigningKey('{"kty":"secret-word"}')).toThrow('It is neither a PEM nor a JWK private key.');
});

test('canonical JSON is one text for one value and refuses numbers that readers take differently', () => {
  const values = [fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)];
  fc.assert(
    fc.property(fc.anything({ values }), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson({ b: 1, a: [null, 'é'] })).toBe('{"a":[null,"é"],"b":1}');
  expect(() => canonicalJson({ a: 0.5 })).toThrow('whole numbers');
});
