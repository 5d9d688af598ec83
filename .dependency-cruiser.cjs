/** The arrows of the house: data and calls go one way. See docs/architecture.md. */

/**
 * Rooms of the data path, lowest floor first; a room imports its own floor's rooms never, lower
 * ones freely.
 */
const editionFloors = [
  ['connection'],
  ['columns'],
  ['mapping'],
  ['transfer'],
  ['selection', 'removal', 'state-fields', 'schools', 'identity'],
  ['verification'],
];

/**
 * Features in the order in which their insides may use each other: a feature uses those before it.
 */
const featureOrder = [
  'access',
  'registrations',
  'scoped-year',
  'alerts',
  'resyncs',
  'certifications',
  'removals',
  'record-history',
  'selective-sync',
  'verifications',
  'state-requests',
  'notices',
  'field-ownership',
  'districts',
  'blackouts',
  'schedules',
  'recurring-requests',
  'outcomes',
  'identity-conflicts',
  'year-end',
  'district-actions',
  'retention',
  'regions',
  'doctor',
  'events',
];

/** The edge of a feature: what knows HTTP. All else in a feature is its inside. */
const edge =
  '^src/features/[^/]+/([a-z-]*routes|[a-z-]*schemas|[a-z-]*views|start[a-z-]*|create|change|cancel|backfill|show|show-calendar|report|planned-districts|event-feed|[a-z-]*topics|authenticate|session-cookie|session-view|keep-audit|visibility|require(-administered|-record|-preview)?|why-changed|oidc|oidc-client|claims|errors-file|temporal-schedules|workflow-client)\\.ts$';

const editionRules = editionFloors.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `editions-${room}-on-its-floor`,
    severity: 'error',
    from: { path: `^src/editions/${room}/` },
    to: {
      path: '^src/editions/',
      pathNot: `^src/editions/(${[...editionFloors.slice(0, floor).flat(), room].join('|')})/`,
    },
  })),
);

const featureRules = featureOrder.map((feature, place) => ({
  name: `inside-of-${feature}-uses-lower-features`,
  severity: 'error',
  from: { path: `^src/features/${feature}/`, pathNot: edge },
  to: {
    path: '^src/features/',
    pathNot: `^src/features/(${featureOrder.slice(0, place + 1).join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment:
        'src/domain imports nothing but itself and the graph library: it runs in the workflow sandbox.',
      severity: 'error',
      from: { path: '^src/domain' },
      to: { pathNot: ['^src/domain', 'node_modules/@dagrejs/graphlib'] },
    },
    {
      name: 'workflows-are-deterministic',
      severity: 'error',
      from: { path: '^workflows' },
      to: {
        pathNot: ['^workflows', '^src/domain', 'node_modules/@temporalio/(workflow|common)'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'database-knows-nobody',
      comment: 'src/database makes connections, for all who need one.',
      severity: 'error',
      from: { path: '^src/database' },
      to: { path: '^(src|workflows|activities)/', pathNot: '^src/database/' },
    },
    {
      name: 'editions-know-the-domain-only',
      severity: 'error',
      from: { path: '^src/editions' },
      to: { path: '^(src|workflows|activities)/', pathNot: '^src/(editions|domain|database)/' },
    },
    ...editionRules,
    {
      name: 'control-knows-the-domain-only',
      comment: 'src/control is the connection to the control database; what is kept there is the features’.',
      severity: 'error',
      from: { path: '^src/control' },
      to: { path: '^(src|workflows|activities)/', pathNot: '^src/(control|domain|database)/' },
    },
    {
      name: 'catalog-knows-the-domain-only',
      severity: 'error',
      from: { path: '^src/catalog/' },
      to: { path: '^(src|workflows|activities)/', pathNot: '^src/(catalog|domain)/' },
    },
    {
      name: 'introspection-asks-what-a-run-asks',
      comment: 'It reads definitions by the lower floors of the data path, and moves no record.',
      severity: 'error',
      from: { path: '^src/introspection/' },
      to: {
        path: '^(src|workflows|activities)/',
        pathNot: '^src/(introspection|catalog|domain|database|editions/(connection|columns|mapping))/',
      },
    },
    {
      name: 'http-knows-no-feature',
      severity: 'error',
      from: { path: '^src/http' },
      to: {
        path: '^(src|workflows|activities)/',
        pathNot: '^(src/(http|domain|control|temporal|config)/|workflows/messages)',
      },
    },
    {
      name: 'api-does-not-touch-editions',
      comment: 'The API starts and shows runs; only activities move data.',
      severity: 'error',
      from: { path: '^src/(http|features|app\\.ts)' },
      to: { path: '^(src/(editions|cli|stack|sample)|activities)' },
    },
    {
      name: 'inside-of-a-feature-knows-no-http',
      severity: 'error',
      from: { path: '^src/features/', pathNot: edge },
      to: { path: [edge, '^src/http/', 'node_modules/express'] },
    },
    ...featureRules,
    {
      name: 'routes-are-composed-by-the-app',
      severity: 'error',
      from: { pathNot: '^(src/app\\.ts|test)' },
      to: { path: '^src/features/[^/]+/[a-z-]*routes\\.ts$' },
    },
    {
      name: 'activities-know-no-interface',
      severity: 'error',
      from: { path: '^activities' },
      to: { path: ['^src/(http|cli|stack|sample)', edge] },
    },
    {
      name: 'console-knows-the-domain-only',
      comment:
        'It runs in browsers: what it asks of the service goes over HTTP. It knows the answers as types.',
      severity: 'error',
      from: { path: '^src/console/' },
      to: {
        path: '^(src|workflows|activities|migrations)/',
        pathNot: '^src/(console|domain)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'console-knows-schemas-as-types',
      severity: 'error',
      from: { path: '^src/console/' },
      to: {
        path: '^(src|workflows|activities|migrations)/',
        pathNot: ['^src/(console|domain)/', '^src/(features|http)/.*schemas?[.]ts$'],
        dependencyTypes: ['type-only'],
      },
    },
    {
      name: 'nobody-knows-the-console',
      comment: 'The API serves its files; it imports none of it.',
      severity: 'error',
      from: { pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'command-line-is-a-client',
      comment:
        'It knows the answers as types; only what works on this machine opens more. Signatures are checked here.',
      severity: 'error',
      from: { path: '^src/cli/(client|verbs)/' },
      to: {
        path: '^src/(features|http|control|editions|temporal)',
        pathNot: '^src/features/certifications/signing',
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
