/** The arrows of the house: data and calls go one way. See docs/architecture.md. */
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
      name: 'blackouts-are-pure',
      comment: 'src/blackouts is time arithmetic: the domain and luxon, no service.',
      severity: 'error',
      from: { path: '^src/blackouts' },
      to: { pathNot: ['^src/(blackouts|domain)', 'node_modules/luxon', 'node_modules/@types/luxon'] },
    },
    {
      name: 'certification-is-signing',
      comment: 'src/certification makes and checks signatures: the domain, jose and zod, no service.',
      severity: 'error',
      from: { path: '^src/certification' },
      to: {
        pathNot: ['^src/(certification|domain)', 'node_modules/(jose|zod)'],
        dependencyTypesNot: ['core'],
      },
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
      name: 'editions-know-no-service',
      severity: 'error',
      from: { path: '^src/editions' },
      to: { path: '^(src/(api|cli|stack|sample|control)|workflows|activities)' },
    },
    {
      name: 'control-knows-no-service',
      severity: 'error',
      from: { path: '^src/control' },
      to: { path: '^(src/(api|cli|stack|sample|editions)|workflows|activities)' },
    },
    {
      name: 'notices-know-no-service',
      severity: 'error',
      from: { path: '^src/notices' },
      to: { path: '^(src/(api|cli|stack|sample|editions)|workflows|activities)' },
    },
    {
      name: 'api-does-not-touch-editions',
      comment: 'The API starts and shows runs; only activities move data.',
      severity: 'error',
      from: { path: '^src/api' },
      to: { path: '^(src/(cli|stack|sample)|activities)' },
    },
    {
      name: 'activities-know-no-interface',
      severity: 'error',
      from: { path: '^activities' },
      to: { path: '^(src/(api|cli|stack|sample))', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
