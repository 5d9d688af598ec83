/** What the configuration takes as TLS, and what it refuses by name. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config';
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
])('a URL that might mean TLS and doesn’t say it is refused: %s', (url, message) => {
  expect(() => parseAddress(url)).toThrow(AddressError);
  expect(() => parse({ stateDatabaseUrl: url })).toThrow(message);
});

test('a URL of IPv6, without a port, with encoded parts', () => {
  expect(parseAddress('mysql://a%40b:p%2Fw@[::1]/d%2Dx')).toEqual({
    ...{ host: '::1', port: 3306, user: 'a@b', password: 'p/w', database: 'd-x', tls: null },
  });
});
