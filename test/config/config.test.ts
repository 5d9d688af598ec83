import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, databaseOfYear, databaseUrlsOf, loadConfig, parseConfig } from '../../src/config';

const lincoln = {
  id: 'lincoln',
  number: 7,
  name: 'Lincoln',
  schoolYear: 2027,
  databaseUrl: 'mysql://d:secret@127.0.0.1/district',
};
const whole = {
  stateDatabaseUrl: 'mysql://s@127.0.0.1/state',
  controlDatabaseUrl: 'mysql://s@127.0.0.1/control',
  districts: [lincoln],
};
const parse = (raw: unknown, env: NodeJS.ProcessEnv = {}) => parseConfig(raw, { env, source: 'test.yaml' });

/** The message of the refusal. */
function refusal(raw: unknown, env: NodeJS.ProcessEnv = {}): string {
  try {
    parse(raw, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('the configuration was accepted');
}

test('the smallest configuration gets every default', () => {
  expect(parse(whole)).toEqual({
    ...whole,
    temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'resync' },
    api: { host: '127.0.0.1', port: 8080, trustProxy: false },
    health: { host: '127.0.0.1' },
    auth: {},
    certification: { waitHours: 24 },
    retention: {
      ...{ at: '02:30', rowsAtOnce: 1_000, runsDays: 2_555, errorsDays: 400, marksDays: 400 },
      ...{ ledgerDays: 400, verificationsDays: 400, alertsDays: 400, deliveriesDays: 90, firingsDays: 400 },
      ...{ syncEventsDays: 400, previewsDays: 7, auditDays: 2_555 },
    },
    removals: { thresholdPercent: 10, approvalHours: 72 },
    safety: { shrunkPercent: 50, updatedPercent: 50 },
    scenarios: {
      acceptedColors: ['green', 'yellow'],
      judgedColor: 'withoutExclusions',
      startOfYearDueDays: 14,
      schoolYearStart: '07-01',
      endOfYearDueDays: 30,
    },
    notices: {
      allowPlainHttp: false,
      allowPrivateAddresses: false,
      drift: { leastRecords: 1, onlyOnIncrease: false },
    },
    registration: { formerKeys: [] },
    stateRequests: { districtsInFlight: 20, minPollMs: 1000, maxPollMs: 30_000, windowHours: 24 },
    copy: expect.objectContaining({ rangeRecords: 100_000, pageRecords: 5_000, lanes: 2 }) as unknown,
    districts: [{ ...lincoln, objects: { enabled: [], disabled: [] } }],
  });
});

test('a district is in the time zone of its state unless it has its own; names are spelled as IANA has them', () => {
  const far = { ...lincoln, id: 'far', number: 2, timezone: 'pacific/guam' };
  const { districts } = parse({ ...whole, timezone: 'America/Chicago', districts: [lincoln, far] });
  expect(districts.map(({ timezone }) => timezone)).toEqual(['America/Chicago', 'Pacific/Guam']);
  expect(() => parse({ ...whole, timezone: 'Chicago' })).toThrow(/time zone.*\n.*timezone/s);
  for (const schoolYearStart of ['7-1', '02-29', '13-01'])
    expect(() => parse({ ...whole, scenarios: { schoolYearStart } })).toThrow(/MM-DD.*\n.*schoolYearStart/s);
});

describe('${NAME}', () => {
  const withPassword = (url: string) => ({ ...whole, districts: [{ ...lincoln, databaseUrl: url }] });

  test('is replaced from the environment, anywhere in the file and twice in a value', () => {
    const config = parse(withPassword('mysql://${DB_USER}:${DB_PASSWORD}@host/${DB_USER}'), {
      DB_USER: 'u',
      DB_PASSWORD: 'p$1',
    });
    expect(config.districts[0]?.databaseUrl).toBe('mysql://u:p$1@host/u');
  });

  test('that is not set is named, and all of them at once', () => {
    expect(refusal({ ...withPassword('mysql://${ONE}@h/d'), stateDatabaseUrl: '${TWO}' })).toBe(
      'test.yaml: not set in the environment: TWO, ONE.',
    );
  });
});

test('the environment overrides the file', () => {
  const config = parse(whole, {
    DISTRICT_DATABASE_URL: 'mysql://env@h/district',
    STATE_DATABASE_URL: 'mysql://env@h/state',
    CONTROL_DATABASE_URL: 'mysql://env@h/control',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'education',
    RESYNC_TASK_QUEUE: 'queue',
    RESYNC_BUILD_ID: '1.4.0',
    RESYNC_API_PORT: '9000',
  });
  expect(config).toMatchObject({
    stateDatabaseUrl: 'mysql://env@h/state',
    controlDatabaseUrl: 'mysql://env@h/control',
    temporal: { address: 'temporal:7233', namespace: 'education', taskQueue: 'queue', buildId: '1.4.0' },
    api: { host: '127.0.0.1', port: 9000 },
    districts: [{ databaseUrl: 'mysql://env@h/district' }],
  });
  expect(whole.districts[0]?.databaseUrl).toBe(lincoln.databaseUrl);
});

test('a section of the file keeps what the environment does not override', () => {
  const raw = { ...whole, temporal: { namespace: 'kept' }, api: { host: '0.0.0.0' } };
  const config = parse(raw, { TEMPORAL_ADDRESS: 'temporal:7233', RESYNC_API_PORT: '9000' });
  expect(config.temporal).toMatchObject({ namespace: 'kept', address: 'temporal:7233' });
  expect(config.api).toMatchObject({ host: '0.0.0.0', port: 9000 });
});

test('DISTRICT_DATABASE_URL does not touch a configuration of several districts', () => {
  const other = { ...lincoln, id: 'other', number: 8, databaseUrl: 'mysql://o@h/other' };
  const config = parse(
    { ...whole, districts: [lincoln, other] },
    { DISTRICT_DATABASE_URL: 'mysql://env@h/x' },
  );
  expect(config.districts.map((d) => d.databaseUrl)).toEqual([lincoln.databaseUrl, other.databaseUrl]);
});

test('each school year of a district has the database that names it, or the one for all others', () => {
  const { databaseUrl: _, ...named } = lincoln;
  const databases = [
    { databaseUrl: 'mysql://u@h/now' },
    { databaseUrl: 'mysql://u@h/former', schoolYears: [2025, 2026], databaseTls: { serverName: 'h' } },
  ];
  const { districts } = parse({ ...whole, districts: [{ ...named, schoolYear: 2027, databases }] });
  const former = 'mysql://u@h/former?tls-serverName=h&tls=required';
  expect(districts[0]).toMatchObject({ databaseUrl: 'mysql://u@h/now' });
  expect([2024, 2025, 2026, 2027].map((year) => databaseOfYear(districts[0]!, year))).toEqual([
    ...['mysql://u@h/now', former, former, 'mysql://u@h/now'],
  ]);
  expect(databaseUrlsOf(districts[0]!)).toEqual(['mysql://u@h/now', former]);
});

describe('a refusal names the field', () => {
  const district = (parts: object) => ({ ...whole, districts: [{ ...lincoln, ...parts }] });
  const split = (schoolYears: readonly (readonly number[] | undefined)[], parts: object = {}) =>
    district({
      databaseUrl: undefined,
      schoolYear: 2027,
      databases: schoolYears.map((years) => ({
        databaseUrl: 'mysql://u@h/d',
        ...(years && { schoolYears: years }),
      })),
      ...parts,
    });
  const oidc = (parts: object) => ({
    ...whole,
    auth: { oidc: { issuer: 'https://login.example.org', audience: 'resync', ...parts } },
  });

  test.each<[string, unknown]>([
    ['stateDatabaseUrl', { ...whole, stateDatabaseUrl: 'postgres://h/d' }],
    ['controlDatabaseUrl', { ...whole, controlDatabaseUrl: undefined }],
    ['registration.secretKey', { ...whole, registration: { secretKey: 'short' } }],
    ['districts[0].id', district({ id: 'Lincoln County' })],
    ['districts[0].databaseUrl', district({ databases: [{ databaseUrl: 'mysql://u@h/d' }] })],
    ['districts[0].databaseUrl', district({ databaseUrl: undefined })],
    ['districts[0].databases[1].schoolYears[1]', split([[2027], [2026, 2027]])],
    ['districts[0].databases[2].schoolYears', split([[2027], undefined, undefined])],
    ['districts[0].databases', split([[2026]])],
    ['districts[0].databases', split([[2027]], { previousYear: { objects: ['Enrollment'] } })],
    ['districts[0].databases', split([[2027]], { nextYear: { objects: ['Enrollment'] } })],
    ['districts[0].databases', split([[2027]], { region: {} })],
    ['districts[0].code', district({ code: 7 })],
    ['districts[0].code', district({ code: ' 007' })],
    ['districts[0].number', district({ number: 0 })],
    ['districts[0].name', district({ name: '' })],
    ['districts[0].state', district({ state: 'Kentucky' })],
    ['districts[0].schoolYear', district({ schoolYear: 27 })],
    ['districts[0].databaseUrl', district({ databaseUrl: 'localhost' })],
    ['districts[0].objects.enabled[0]', district({ objects: { enabled: [1] } })],
    ['temporal.webUrl', { ...whole, temporal: { webUrl: 'not a url' } }],
    ['api.port', { ...whole, api: { port: 70_000 } }],
    ['api.trustProxy', { ...whole, api: { trustProxy: true } }],
    ['api.trustProxy', { ...whole, api: { trustProxy: ['10.0.0.0/33'] } }],
    ['auth.oidc.issuer', oidc({ issuer: 'http://login.example.org' })],
    ['auth.oidc.audience', oidc({ audience: [] })],
    ['auth.oidc.algorithms[0]', oidc({ algorithms: ['HS256'] })],
    ['auth.oidc.claims.rights.values.clerk[0]', oidc({ claims: { rights: { values: { clerk: ['all'] } } } })],
    ['copy.rangeRecords', { ...whole, copy: { rangeRecords: 1 } }],
    ['copy.pageRecords', { ...whole, copy: { pageRecords: 1.5 } }],
    ['copy.lanes', { ...whole, copy: { lanes: 0 } }],
    ['copy.rangesInFlight', { ...whole, copy: { rangesInFlight: '4' } }],
    ['catalogFile', { ...whole, catalogFile: 1 }],
  ])('%s', (field, raw) => {
    expect(refusal(raw)).toContain(`at ${field}\n`.trimEnd());
  });

  test.each<[string, unknown]>([
    ['"districs"', { ...whole, districs: [] }],
    ['"lane"', { ...whole, copy: { lane: 1 } }],
    ['"tenant"', district({ tenant: 1 })],
  ])('%s that nobody knows', (key, raw) => expect(refusal(raw)).toContain(`Unrecognized key: ${key}`));

  test('RESYNC_API_PORT that is no number', () => {
    expect(refusal(whole, { RESYNC_API_PORT: 'http' })).toContain('at api.port');
  });

  test.each(['id', 'number'] as const)('%s given to two districts', (field) => {
    const other = { ...lincoln, id: 'other', number: 8, [field]: lincoln[field] };
    expect(refusal({ ...whole, districts: [lincoln, other] })).toBe(
      `test.yaml: two districts have the ${field} "${lincoln[field]}".`,
    );
  });

  test('without showing a password that stands beside it', () => {
    const wrong = district({ databaseUrl: 'postgres://d:secret@h/d' });
    expect(refusal(wrong)).not.toContain('secret');
  });

  test('of a district that is none, even where the environment has its URL', () => {
    const env = { DISTRICT_DATABASE_URL: 'mysql://env@h/x' };
    expect(refusal({ ...whole, districts: [null] }, env)).toContain('at districts[0].id');
  });

  test('and a configuration that is no mapping is refused too', () => {
    for (const raw of [null, [], 'text', 1]) expect(refusal(raw)).toContain('test.yaml');
  });
});

describe('NAME_FILE', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'secrets-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const secret = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test('holds the value of NAME, without the line’s end, in ${NAME} and where NAME overrides', () => {
    const config = parse(
      { ...whole, stateDatabaseUrl: 'mysql://s:${STATE_PASSWORD}@h/d' },
      {
        STATE_PASSWORD_FILE: secret('password', 'p w\n'),
        CONTROL_DATABASE_URL_FILE: secret('url', 'mysql://file@h/control\r\n'),
      },
    );
    expect(config.stateDatabaseUrl).toBe('mysql://s:p w@h/d');
    expect(config.controlDatabaseUrl).toBe('mysql://file@h/control');
  });

  test('that can’t be read is named, and so is one beside its NAME, without a word of either', () => {
    const raw = { ...whole, stateDatabaseUrl: 'mysql://s:${WORD}@h/d' };
    const none = join(folder, 'none');
    expect(refusal(raw, { WORD_FILE: none })).toBe(`WORD_FILE: ${none} can't be read (ENOENT).`);
    const both = refusal(raw, { WORD: 'hidden-one', WORD_FILE: secret('word', 'hidden-two') });
    expect(both).toBe('WORD and WORD_FILE are both set: only one may be.');
  });
});

describe('the file', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'config-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is the one of RESYNC_CONFIG unless one is given', () => {
    const file = join(folder, 'resync.config.yaml');
    writeFileSync(file, JSON.stringify(whole));
    expect(loadConfig({ env: { RESYNC_CONFIG: file } }).districts).toHaveLength(1);
    expect(loadConfig({ file, env: { RESYNC_CONFIG: 'elsewhere.yaml' } }).districts).toHaveLength(1);
  });

  test('that is not there is named, with what to do', () => {
    expect(() => loadConfig({ file: join(folder, 'none.yaml'), env: {} })).toThrow(/none\.yaml.*resync up/);
  });

  test('that is not YAML is named', () => {
    const file = join(folder, 'torn.yaml');
    writeFileSync(file, 'stateDatabaseUrl: mysql://s:secret@h/d\ndistricts: [');
    const act = () => loadConfig({ file, env: {} });
    expect(act).toThrow(/torn\.yaml is not YAML.*line/);
    expect(act).not.toThrow(/secret/);
  });
});

test('what is kept for no time, and an audit of less than a year, are refused with the setting named', () => {
  for (const [setting, value] of [
    ['runsDays', 0],
    ['errorsDays', 'for ever'],
    ['auditDays', 364],
    ['at', '24:00'],
  ] as const)
    expect(refusal({ ...whole, retention: { [setting]: value } })).toContain(`retention.${setting}`);
});

test('a certification key that can’t sign is refused without a word of it', () => {
  const message = refusal({ ...whole, certification: { privateKey: 'BEGIN secret-word' } });
  expect(message).toMatch(/resync certify key[^]*certification\.privateKey/);
  expect(message).not.toContain('secret-word');
});

test('a region’s address has no login in it, which people would read', () => {
  const of = (url: string) => ({
    ...whole,
    districts: [{ ...lincoln, region: { url, token: 'secret' } }],
  });
  expect(parse(of('https://region.example.org/below/')).districts[0]?.region?.url).toBe(
    'https://region.example.org/below',
  );
  for (const url of ['https://u:p@region.example.org', 'https://region.example.org/?a=b', 'https://r.org/#x'])
    expect(refusal(of(url))).toContain('no login, query or fragment');
  expect(refusal(of('region'))).toContain('http');
});
