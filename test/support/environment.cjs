const { ModuleMocker } = require('jest-mock');
const { TestEnvironment } = require('jest-environment-node');

/**
 * What a test file may leave open for a moment after its last hook: closing sockets say goodbye to
 * their servers, on a busy machine not at once. What leaks stays for good.
 */
const settleMs = 20_000;

/**
 * Kinds of handles that keep a process alive: pools and clients, servers, child processes, timers,
 * worker threads.
 */
const watched = ['TCPSocketWrap', 'TCPServerWrap', 'PipeServerWrap', 'ProcessWrap', 'Timeout', 'MessagePort'];

const openHandles = () => {
  const counts = Object.fromEntries(watched.map((kind) => [kind, 0]));
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind] += 1;
  return counts;
};

/**
 * The SDK has one in a process, and makes the next one with the options of the last; the next file
 * has its own, or a quiet one.
 */
async function shutDownTemporalRuntime() {
  const sdk = require.cache[require.resolve('@temporalio/worker')]?.exports;
  await sdk?.Runtime._instance?.shutdown();
  if (sdk) sdk.Runtime.defaultOptions = { logger: new sdk.DefaultLogger('ERROR') };
}

/**
 * Node's environment; a file that leaves a pool, worker, server, child process or timer behind
 * fails.
 */
module.exports = class LeakCheckedEnvironment extends TestEnvironment {
  failedTests = 0;

  constructor(...given) {
    super(...given);
    // See runtime.cjs.
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
  }

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.failedTests += 1;
  }

  async setup() {
    await super.setup();
    this.before = openHandles();
    this.env = { ...process.env };
  }

  async teardown() {
    const left = await this.leftOpen();
    process.env = this.env;
    process.exitCode = undefined;
    await shutDownTemporalRuntime();
    await super.teardown();
    if (left.length === 0) return;
    const message = `This file left open: ${left.join(', ')}. Close every pool, client, worker, server and timer in its own afterAll.`;
    // Jest shows a file's tests or this error, never both; what a failed test leaves is its own.
    if (this.failedTests > 0) console.error(message);
    else throw new Error(message);
  }

  /** @returns kinds and numbers of handles more than at the start, once they had time to close */
  async leftOpen() {
    const deadline = Date.now() + settleMs;
    for (;;) {
      const now = openHandles();
      const left = watched.filter((kind) => now[kind] > this.before[kind]);
      if (left.length === 0) return [];
      if (Date.now() > deadline) return left.map((kind) => `${now[kind] - this.before[kind]} ${kind}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
};
