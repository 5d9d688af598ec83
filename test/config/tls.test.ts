/** What the configuration takes as TLS, and what it refuses by name. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, parseConfig } from '../../src/config';
import { AddressError, parseAddress } from '../../src/database/address';
import { Authority } from '../support/certificates';

const own = new Authority('Authority');
const client = own.sign([]);
const another = own.sign([]);
afterAll(() => rmSync(own.folder, { recursive: true }));

const district = { id: 'd', number: 1, name: 'd', schoolYear: 2027, databaseUrl: 'mysql://d@district/d' };
const whole = {
  stateDatabaseUrl: 'mysql://s@state/s',
  controlDatabaseUrl: 'mysql://c@state/c',
  districts: [district],
};
const parse = (change: object, env: NodeJS.ProcessEnv = {}) =>
  parseConfig({ ...whole, ...change }, { env, source: 'test.yaml' });
const ofDistrict = (databaseTls: unknown): object => ({ districts: [{ ...district, databaseTls }] });

test('each edition has its own; the control database has the state’s unless it has one of its own', () => {
  const found = parse({ stateDatabaseTls: { ca: own.ca, serverName: 'db.state' }, ...ofDistrict(client) });
  expect(parseAddress(found.stateDatabaseUrl).tls).toEqual({ ca: own.ca, serverName: 'db.state' });
  expect(parseAddress(found.controlDatabaseUrl).tls).toEqual({ ca: own.ca, serverName: 'db.state' });
  expect(parseAddress(found.districts[0]!.databaseUrl).tls).toEqual(client);
  const apart = parse({ stateDatabaseTls: { ca: own.ca }, controlDatabaseTls: { ca: own.ca, ...client } });
  expect(parseAddress(apart.controlDatabaseUrl).tls).toEqual({ ca: own.ca, ...client });
  expect(parseAddress(apart.districts[0]!.databaseUrl).tls).toBeNull();
});

test('an empty section means the authorities that this machine trusts, not a plain connection', () => {
  expect(parseAddress(parse({ stateDatabaseTls: {} }).stateDatabaseUrl).tls).toEqual({});
});

test('the three URLs of the environment say it too, and keep what the file says', () => {
  const at = `?tls-ca=${encodeURIComponent(own.ca)}`;
  const found = parse(
    { ...ofDistrict({ serverName: 'db.district' }), stateDatabaseTls: client },
    {
      DISTRICT_DATABASE_URL: `mysql://d@other/d${at}`,
      STATE_DATABASE_URL: `mariadb://s@other/s${at}`,
      CONTROL_DATABASE_URL: 'mysql://c@other/c?tls=required',
    },
  );
  expect(parseAddress(found.districts[0]!.databaseUrl)).toMatchObject({
    host: 'other',
    tls: { ca: own.ca, serverName: 'db.district' },
  });
  expect(parseAddress(found.stateDatabaseUrl).tls).toEqual({ ca: own.ca, ...client });
  expect(parseAddress(found.controlDatabaseUrl).tls).toEqual(client);
});

test('a file that is wrong is named, with its field', () => {
  const text = join(own.folder, 'text.pem');
  writeFileSync(text, 'no certificate');
  const missing = join(own.folder, 'missing.pem');
  const refused = (change: object, message: string) => expect(() => parse(change)).toThrow(message);
  refused({ stateDatabaseTls: { ca: missing } }, `${missing} does not exist\n  → at stateDatabaseTls.ca`);
  refused(
    ofDistrict({ ca: text }),
    `${text} holds no certificate in PEM form\n  → at districts[0].databaseTls.ca`,
  );
  refused(ofDistrict({ ca: own.folder }), `${own.folder} can't be read (EISDIR)`);
  refused(
    { controlDatabaseTls: { cert: client.cert } },
    'without its private key\n  → at controlDatabaseTls.key',
  );
  refused(
    { controlDatabaseTls: { key: client.key } },
    'without its certificate\n  → at controlDatabaseTls.cert',
  );
  refused(
    ofDistrict({ ...client, key: another.key }),
    `${another.key} is not the private key of the certificate`,
  );
  refused(ofDistrict({ ...client, key: text }), `${text} holds no private key`);
  refused(ofDistrict({ cA: own.ca }), 'Unrecognized key: "cA"\n  → at districts[0].databaseTls');
  refused({ stateDatabaseUrl: `mysql://s@h/s?tls-ca=${missing}` }, `tls-ca ${missing} does not exist`);
});

test.each([
  ['mysql://h/d?ssl=true', 'parameter "ssl"'],
  ['mysql://h/d?tls-CA=/etc/ca.pem', 'parameter "tls-CA"'],
  ['mysql://h/d?tls=preferred', 'another value than "required"'],
  ['mysql://h/d?tls-ca=', 'no value for the parameter "tls-ca"'],
  ['mysql://u:100%@h/d', 'a % that begins no code'],
  ['postgres://h/d', 'must look like'],
  ['mysql://h:70000/d', 'must look like'],
  ['mysql://h:0/d', 'has port 0'],
  ['mysql:///d', 'names no host'],
  ['mysql://', 'names no host'],
  ['mysql://u:p@h/d#x', 'has a #: write %23'],
])('a URL that might mean TLS and doesn’t say it is refused: %s', (url, message) => {
  expect(() => parseAddress(url)).toThrow(AddressError);
  expect(() => parse({ stateDatabaseUrl: url })).toThrow(message);
});

test('a URL of a database that names none is refused by its setting', () => {
  for (const url of ['mysql://u:p@h', 'mysql://u:p@h:3306/'])
    expect(() => parse({ stateDatabaseUrl: url })).toThrow(
      'names no database behind the host\n  → at stateDatabaseUrl',
    );
});

test('a URL of IPv6, without a port, with encoded parts', () => {
  expect(parseAddress('mysql://a%40b:p%2Fw@[::1]/d%2Dx')).toEqual({
    ...{ host: '::1', port: 3306, user: 'a@b', password: 'p/w', database: 'd-x', tls: null },
  });
});

describe('Temporal', () => {
  const pem = (file: string): string => readFileSync(file, 'utf8');
  const toml = join(own.folder, 'temporal.toml');
  writeFileSync(
    toml,
    `[profile.default]
address = "default.example.org:7233"
namespace = "of-default"
[profile.cloud]
address = "cloud.example.org:7233"
namespace = "district.a1b2c"
api_key = "key-of-cloud"
[profile.cloud.grpc_meta]
a_longer_name = "one"
[profile.own.tls]
server_ca_cert_path = "${own.ca}"
client_cert_path = "${client.cert}"
client_key_path = "${client.key}"
server_name = "temporal.example.org"
[profile.plain]
address = "plain.example.org:7233"
api_key = "key-of-plain"
[profile.plain.tls]
disabled = true
[profile.half.tls]
client_cert_path = "${client.cert}"
`,
  );
  const file = { TEMPORAL_CONFIG_FILE: toml };
  const temporal = (section: object = {}, env: NodeJS.ProcessEnv = {}) =>
    parse({ temporal: section }, env).temporal;
  const refusal = (section: object, env: NodeJS.ProcessEnv = {}): string => {
    try {
      temporal(section, env);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    return 'accepted';
  };
  const common = { taskQueue: 'resync', namespace: 'default' };

  test('its CLI’s file works unchanged: default profile, another by name, here or in the environment', () => {
    const ofDefault = { ...common, address: 'default.example.org:7233', namespace: 'of-default' };
    const cloud = {
      ...common,
      ...{ address: 'cloud.example.org:7233', namespace: 'district.a1b2c', apiKey: 'key-of-cloud', tls: {} },
      metadata: { 'a-longer-name': 'one' },
    };
    expect(temporal({}, file)).toEqual(ofDefault);
    expect(temporal({ configFile: toml })).toEqual(ofDefault);
    expect(temporal({}, { ...file, TEMPORAL_PROFILE: 'cloud' })).toEqual(cloud);
    expect(temporal({ configFile: toml, profile: 'cloud' })).toEqual(cloud);
    const tls = {
      ca: pem(own.ca),
      cert: pem(client.cert),
      key: pem(client.key),
      serverName: 'temporal.example.org',
    };
    expect(temporal({ profile: 'own' }, file)).toEqual({ ...common, address: '127.0.0.1:7233', tls });
  });

  test('its variables work, alone and over the file and over ours; keys also by NAME_FILE', () => {
    const key = join(own.folder, 'api-key');
    writeFileSync(key, 'key-of-file\n');
    const env = {
      TEMPORAL_ADDRESS: 'env.example.org:7233',
      TEMPORAL_API_KEY_FILE: key,
      TEMPORAL_TLS_CLIENT_CERT_DATA: pem(client.cert),
      TEMPORAL_TLS_CLIENT_KEY_DATA_FILE: client.key,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: own.ca,
      TEMPORAL_GRPC_META_A_LONGER_NAME: '',
      TEMPORAL_GRPC_META_MY_OWN_HEADER: 'two',
      TEMPORAL_NAMESPACE: '',
    };
    const found = {
      ...common,
      address: 'env.example.org:7233',
      apiKey: 'key-of-file',
      tls: { ca: pem(own.ca), cert: pem(client.cert), key: pem(client.key).trimEnd() },
      metadata: { 'my-own-header': 'two' },
    };
    expect(temporal({}, env)).toEqual(found);
    expect(temporal({ address: 'ours:7233', apiKey: 'ours', tls: { ca: another.cert } }, env)).toEqual(found);
    const over = temporal({}, { ...env, ...file, TEMPORAL_PROFILE: 'cloud' });
    expect(over).toEqual({ ...found, namespace: 'district.a1b2c' });
    expect(temporal({}, { TEMPORAL_TLS: 'true' }).tls).toEqual({});
  });

  test('ours says it alone; the default profile of somebody’s own file isn’t mixed in', () => {
    const home = { HOME: own.folder, XDG_CONFIG_HOME: own.folder };
    mkdirSync(join(own.folder, 'temporalio'), { recursive: true });
    writeFileSync(
      join(own.folder, 'temporalio', 'temporal.toml'),
      '[profile.default]\naddress = "mine:7233"\napi_key = "mine"\n',
    );
    expect(temporal({}, home).address).toBe('mine:7233');
    expect(temporal({ address: 'ours:7233' }, home)).toEqual({ ...common, address: 'ours:7233' });
    const section = { address: 'ours:7233', apiKey: 'ours', tls: { ca: own.ca, ...client, serverName: 'n' } };
    expect(temporal(section, home)).toEqual({
      ...common,
      ...{ address: 'ours:7233', apiKey: 'ours' },
      tls: { ca: pem(own.ca), cert: pem(client.cert), key: pem(client.key), serverName: 'n' },
    });
  });

  test('two that contradict each other are refused, and so is what would send a key unencrypted', () => {
    const cloud = { ...file, TEMPORAL_PROFILE: 'cloud' };
    expect(refusal({ address: 'ours:7233' }, cloud)).toContain('temporal: address is one thing here');
    expect(refusal({ namespace: 'ours' }, cloud)).toContain('namespace is one thing');
    expect(refusal({ apiKey: 'ours' }, cloud)).toMatch(/^(?!.*(ours|key-of-cloud)).*apiKey is one thing/);
    expect(refusal({ tls: { ca: another.cert }, profile: 'own' }, file)).toContain('tls.ca is one thing');
    expect(refusal({ tls: {}, profile: 'plain' }, file)).toContain('tls is one thing');
    expect(refusal({ address: 'cloud.example.org:7233' }, cloud)).toBe('accepted');
    expect(refusal({ profile: 'plain' }, file)).toContain('an API key is sent encrypted only');
    expect(refusal({ address: 'a:1', tls: {} }, { TEMPORAL_TLS: 'false' })).toContain('there is none');
    const header = { TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer x' };
    expect(refusal({ address: 'a:1' }, header)).toContain('encrypted only');
    expect(refusal({ address: '127.0.0.1:1' }, header)).toBe('accepted');
  });

  test('an address that can be none is refused before anything connects, wherever it is said', () => {
    const wrong = ['http://h:7233', 'h:7233/x', 'h:', ':7233', 'h:0', 'h:70000', 'a b:1', 'h:x'];
    for (const address of wrong) {
      expect(refusal({ address }, {})).toContain('temporal: address must look like host:port');
      expect(refusal({}, { TEMPORAL_ADDRESS: address })).toContain('must look like host:port');
    }
    for (const address of ['h', 'h.example.org:7233', '[::1]:7233', '10.0.0.1:1'])
      expect(refusal({ address }, {})).toBe('accepted');
  });

  test('what is missing or wrong is named, without a word of a secret', () => {
    const none = join(own.folder, 'none.toml');
    expect(refusal({ configFile: none })).toContain(`${none} does not exist`);
    expect(refusal({ profile: 'nobody' }, file)).toContain("Profile 'nobody' not found");
    expect(refusal({ profile: 'half' }, file)).toContain('temporal.tls.key is missing');
    const wrong = {
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
      TEMPORAL_TLS_CLIENT_KEY_DATA: pem(another.key),
    };
    expect(refusal({}, wrong)).toContain('temporal.tls.key the text given for it is not the private key');
    expect(refusal({}, { TEMPORAL_TLS_SERVER_CA_CERT_PATH: none })).toContain('temporal.tls.ca');
    expect(refusal({ tls: { ca: none } })).toContain('at temporal.tls.ca');
    const torn = join(own.folder, 'torn.toml');
    writeFileSync(torn, '[profile.default]\napi_key = "secret-word\n');
    expect(refusal({}, { TEMPORAL_CONFIG_FILE: torn })).toMatch(/^(?!.*secret-word)test\.yaml: temporal: .+/);
    expect(refusal({}, { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' })).toContain('is not honored');
  });
});
