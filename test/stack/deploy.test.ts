import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
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

const root = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
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

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: {
      readonly spec: {
        readonly terminationGracePeriodSeconds?: number;
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly livenessProbe?: object;
          readonly readinessProbe?: object;
          readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
        }[];
      };
    };
  };
}

const kubernetes = parse(read('deploy/kubernetes/kustomization.yaml')) as { readonly resources: string[] };
const manifests = kubernetes.resources.flatMap((file) =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => document.toJS() as Manifest),
);

test('the kustomization has every manifest of its folder', () => {
  const folder = join(root, 'deploy', 'kubernetes');
  const files = readdirSync(folder).filter((file) => file !== 'kustomization.yaml');
  expect(files.toSorted()).toEqual(kubernetes.resources.toSorted());
});

const checked = (folder: string) =>
  spawnSync(process.execPath, [join(root, 'deploy', 'check-manifests.mjs'), folder], { encoding: 'utf8' });

test('every manifest is one that the published schema of its kind takes, and a wrong one is found', () => {
  const { stdout, status } = checked(join(root, 'deploy', 'kubernetes'));
  expect([status, stdout]).toEqual([0, expect.not.stringContaining('fail')]);
  expect(stdout.match(/^ok /gm)).toHaveLength(manifests.length);
  const folder = mkdtempSync(join(tmpdir(), 'resync-manifests-'));
  const wrong = read('deploy/kubernetes/worker-scale.yaml').replace(
    'minReplicaCount: 2',
    'minReplicaCount: two',
  );
  writeFileSync(join(folder, 'worker-scale.yaml'), wrong);
  const found = checked(folder);
  rmSync(folder, { recursive: true });
  expect([found.status, found.stdout]).toEqual([1, expect.stringContaining('fail  worker-scale.yaml')]);
});

test('API and worker have probes, a budget for disruptions and the time that a drain takes', () => {
  for (const name of ['resync-api', 'resync-worker']) {
    const of = (kind: string) => manifests.find((one) => one.kind === kind && one.metadata.name === name);
    expect(of('PodDisruptionBudget')).toBeDefined();
    const { terminationGracePeriodSeconds, containers } = of('Deployment')!.spec.template!.spec;
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(60);
    for (const { args, livenessProbe, readinessProbe, securityContext } of containers) {
      expect(args).toEqual(['node', 'dist/src/cli/main.js', 'serve', name.replace('resync-', '')]);
      expect([livenessProbe, readinessProbe]).toEqual([
        expect.objectContaining({ httpGet: { path: '/livez', port: 'health' } }),
        expect.objectContaining({ httpGet: { path: '/readyz', port: 'health' } }),
      ]);
      expect(securityContext.readOnlyRootFilesystem).toBe(true);
    }
  }
});

test.each(['resync-api.service', 'resync-worker@.service'])('%s starts a part and lets it drain', (file) => {
  const unit = read(`deploy/systemd/${file}`);
  const [, script = '', part] =
    /^ExecStart=\/usr\/bin\/env node node_modules\/state-data-resync\/(\S+) serve (\w+)$/m.exec(unit) ?? [];
  expect(existsSync(join(root, script))).toBe(true);
  expect(file).toContain(`resync-${part}`);
  expect(unit).toMatch(/^TimeoutStopSec=60$/m);
  expect(unit).toMatch(/^Restart=on-failure$/m);
});
