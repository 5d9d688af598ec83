/**
 * Jest's runtime, but a process has one of everything: packages are loaded by Node, once for all
 * files that a worker runs, and every module sees the process's own globals, as it does when the
 * service runs. Our own modules are still new to each file.
 */
const { createRequire, isBuiltin } = require('node:module');
const { isAbsolute } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

const load = createRequire(__filename);

const isPackage = (name) =>
  !name.startsWith('.') && !isAbsolute(name) && !isBuiltin(name) && name !== '@jest/globals';

module.exports = class OneOfEverything extends JestRuntime {
  constructor(...given) {
    super(...given);
    const { executor, _environment: environment } = this;
    executor.compile = (source, filename) =>
      environment.getVmContext() === null
        ? null
        : compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  requireModule(from, name, options, isRequireActual) {
    if (name !== undefined && isPackage(name) && !options?.isInternalModule) return load(name);
    return super.requireModule(from, name, options, isRequireActual);
  }
};
