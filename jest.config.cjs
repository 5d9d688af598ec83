/**
 * Tests run on compiled CommonJS; folders run fast ones first (test/support/sequencer.cjs). Two
 * projects: `parallel`, three files at a time, and `serial` for what measures how quick something
 * is. bin/run-tests.mjs runs one after the other.
 */
const serial = ['district-load\\.test\\.ts$', 'console/speed\\.test\\.ts$'];

const shared = {
  testEnvironment: '<rootDir>/test/support/environment.cjs',
  runtime: '<rootDir>/test/support/runtime.cjs',
  roots: ['<rootDir>/test'],
  // Modules of the command line that are loaded when they are wanted: import() names what they are
  // compiled to.
  moduleNameMapper: { '^(\\./(?:local/|verbs/)?[a-z-]+)\\.js$': '$1' },
  transform: { '^.+\\.[cm]?[tj]s$': '@swc/jest' },
};

module.exports = {
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Of what hangs, not of what takes long: a machine may be slow, or stand still for some seconds.
  testTimeout: 240_000,
  // One more than the processors: tests wait for servers much of their time.
  maxWorkers: 3,
  // A worker's heap grows with every file's module registry; beyond this, collecting it costs more
  // than starting anew.
  workerIdleMemoryLimit: '800MB',
  projects: [
    {
      ...shared,
      displayName: 'parallel',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...serial],
    },
    {
      ...shared,
      displayName: 'serial',
      testMatch: ['**/district-load.test.ts', '**/test/console/speed.test.ts'],
    },
  ],
};
