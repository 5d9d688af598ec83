import { Argument, Command } from 'commander';
import { CatalogError } from '../../catalog/load';
import { ControlVersionError } from '../../schema-version';
import { type Config, ConfigError, loadConfig } from '../../config';
import { type RunningPart, type ServicePart, serviceParts, startPart } from '../../service';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { findConfig } from './find-config';
import { onInterrupt } from './on-interrupt';
import { progress } from './stack-verb';

/** `resync serve [api|worker|all]`: the service of any configuration, until SIGTERM or Ctrl-C. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the API, a worker, or both, for any configuration')
    .addArgument(
      new Argument('[part]', 'what to run in this process').choices([...serviceParts]).default('all'),
    )
    .option(
      '--config <file>',
      'configuration (default: RESYNC_CONFIG, resync.config.yaml, the local stack’s)',
    )
    .action(async (part: ServicePart, { config: file }: { config?: string }) => {
      const service = await startOrExplain(readConfig(file), part);
      stopOnSignal(service);
      await untilStopped(service);
    });
}

/** Stops the service, and what `alsoStop` does after it, when the process is asked to end. */
export function stopOnSignal(
  service: RunningPart,
  alsoStop: () => Promise<unknown> = () => Promise.resolve(),
): void {
  onInterrupt(async (error) => {
    if (error) progress(`Stopping after an error: ${error.name}`);
    else progress('Stopping: records under way are committed first.');
    await service.stop();
    await alsoStop();
  });
}

async function untilStopped(service: RunningPart): Promise<void> {
  try {
    await service.stopped;
  } catch (error) {
    // An API without its worker would accept resyncs that nobody runs.
    await service.stop().catch(() => {});
    const why = error instanceof Error ? error.message : 'no reason given';
    throw new CommandFailure(`The worker stopped: ${why}`, exitCodes.unreachable);
  }
}

function readConfig(file: string | undefined): Config {
  try {
    return file === undefined ? findConfig() : loadConfig({ file });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(error.message, exitCodes.usage);
  }
}

async function startOrExplain(config: Config, part: ServicePart): Promise<RunningPart> {
  try {
    return await startPart(config, part);
  } catch (error) {
    if (error instanceof CatalogError || error instanceof ConfigError)
      throw new CommandFailure(error.message, exitCodes.usage);
    if (error instanceof ControlVersionError) throw new CommandFailure(error.message, exitCodes.unreachable);
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    if (port !== undefined && (code === 'EADDRINUSE' || code === 'EACCES'))
      throw new CommandFailure(
        `It can't listen on ${address}:${port} (${code}), which is ${settingOf(config, port)}.`,
        exitCodes.unreachable,
      );
    const why = error instanceof Error ? error.message : 'no reason given';
    throw new CommandFailure(
      `The service can't start: ${why}. "resync doctor" checks its servers.`,
      exitCodes.unreachable,
    );
  }
}

/** The setting that names a port, and the variable that overrides it. */
function settingOf({ api, health }: Config, port: number): string {
  if (port === api.port) return 'api.port (or RESYNC_API_PORT)';
  return port === health.apiPort
    ? 'health.apiPort (or RESYNC_API_HEALTH_PORT)'
    : 'health.workerPort (or RESYNC_WORKER_HEALTH_PORT): each worker on one machine needs its own';
}
