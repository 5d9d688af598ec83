import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config';
import { searchAttributeArguments } from '../../src/temporal/search-attributes';

interface Service {
  image: string;
  build?: string;
  command?: string | string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  configs: Record<string, { content: string }>;
}

const read = (name: string): string => readFileSync(join(__dirname, '..', '..', name), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

test('compose runs both editions, Temporal, the migrations, the API and a worker', () => {
  expect(Object.keys(compose.services).sort()).toEqual([
    ...['api', 'district', 'migrate', 'state', 'temporal', 'worker'],
  ]);
});

const pulled = services.filter(([, { build }]) => build === undefined);

test.each(pulled)('%s is pinned to one version of its image', (_name, { image }) => {
  expect(image).toMatch(/:\d+\.\d+\.\d+$/);
});

test('what is built here is one image, and only package.json states its version', () => {
  const built = services.filter(([, { build }]) => build !== undefined);
  expect(built.map(([name]) => name).sort()).toEqual(['api', 'migrate', 'worker']);
  for (const [, service] of built)
    expect(service).toMatchObject({ image: 'state-data-resync:local', build: '.', pull_policy: 'build' });
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as { version: string };
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  // npm keeps this copy ("npm version"); nobody writes it by hand.
  expect(lock.version).toBe(version);
  for (const name of ['docker-compose.yml', 'Dockerfile', 'README.md']) {
    expect(read(name).includes(version) ? `${name} states ${version}` : name).toBe(name);
  }
});

test.each(services.filter(([name]) => name !== 'migrate'))('%s has a health check', (_name, service) => {
  expect(service.healthcheck?.disable).not.toBe(true);
  expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
});

test.each(services)('%s waits for services that exist and can reach that condition', (_name, service) => {
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    const checked = compose.services[other]?.healthcheck?.test !== undefined;
    expect(condition).toBe(checked ? 'service_healthy' : 'service_completed_successfully');
  }
});

test('API and worker start only when the tables are made and all servers are healthy', () => {
  for (const name of ['api', 'worker']) {
    expect(Object.keys(compose.services[name]?.depends_on ?? {}).sort()).toEqual([
      ...['district', 'migrate', 'state', 'temporal'],
    ]);
  }
});

test('data is kept in volumes that are declared', () => {
  for (const name of ['district', 'state', 'temporal']) {
    const volume = compose.services[name]?.volumes?.[0]?.split(':')[0];
    expect(Object.keys(compose.volumes)).toContain(volume);
  }
});

test('Temporal registers every search attribute the workflows set', () => {
  const wanted = searchAttributeArguments().filter((argument) => argument !== '--search-attribute');
  const command = compose.services['temporal']?.command as string[];
  expect(wanted.length).toBeGreaterThan(0);
  for (const argument of wanted) expect(command).toContain(`--search-attribute=${argument}`);
});

test('the configuration in the compose file is one that the service accepts', () => {
  const content = compose.configs['resync']?.content.replace(/\$\{(\w+):-(\w+)\}/g, '$2');
  const config = parseConfig(parse(content ?? ''), { env: {} });
  expect(new URL(config.controlDatabaseUrl).host).toBe(new URL(config.stateDatabaseUrl).host);
});

test('the example configuration is one that the service accepts, and holds no password', () => {
  const text = read('resync.config.example.yaml');
  const config = parseConfig(parse(text), { env: { STATE_PASSWORD: 'a', GRAND_BEND_PASSWORD: 'b' } });
  expect(config.districts.map(({ id }) => id)).toEqual(['grand-bend']);
  for (const [url] of text.matchAll(/mysql:\S+/g)) expect(url).toMatch(/:\$\{[A-Z_]+\}@/);
});

test('the image is built in stages, runs without root and has a health check', () => {
  const dockerfile = read('Dockerfile');
  expect(dockerfile.match(/^FROM /gm)).toHaveLength(2);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});
