const Sequencer = require('@jest/test-sequencer').default;

/** Fast rooms first, so that a broken rule shows before a server has to start. */
const order = [
  'domain',
  'config',
  'catalog',
  'sample',
  // These two wait more than they work: beside others that costs no time.
  'faults',
  'http',
  'stack',
  'features',
  'editions',
  'workflows',
  'activities',
  'service',
  'cli',
  'replay',
];

const place = (path) => {
  const index = order.findIndex((room) => path.includes(`/test/${room}`));
  return index < 0 ? order.length : index;
};

module.exports = class FastFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => place(a.path) - place(b.path) || a.path.localeCompare(b.path));
  }
};
