import { Command, CommanderError } from 'commander';
import { catalogCommand } from './catalog';
import { demoCommand } from './demo';
import { agentCommand, objectsCommand } from './district';
import { doctorCommand } from './doctor';
import { downCommand } from './down';
import { causesCommand, errorsCommand } from './errors';
import { CommandFailure, exitCodes } from './exit-codes';
import { planCommand } from './plan';
import { cancelCommand, pauseCommand, resumeCommand } from './run-control';
import { runsCommand, showCommand, waitCommand, watchCommand } from './runs';
import { sendCommand } from './send';
import { startCommand } from './start';
import { statusCommand } from './status';
import { tokenCommand } from './token';
import { upCommand } from './up';

/** The program with every verb. */
function createProgram(): Command {
  const program = new Command('resync')
    .description('push a school district’s data to its state again')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', exitHelp);
  const verbs = [
    upCommand(),
    downCommand(),
    statusCommand(),
    doctorCommand(),
    startCommand(),
    demoCommand(),
    sendCommand(),
    planCommand(),
    runsCommand(),
    showCommand(),
    watchCommand(),
    waitCommand(),
    pauseCommand(),
    resumeCommand(),
    cancelCommand(),
    errorsCommand(),
    causesCommand(),
    objectsCommand(),
    agentCommand(),
    catalogCommand(),
    tokenCommand(),
  ];
  for (const verb of verbs) {
    throwInsteadOfExit(verb);
    program.addCommand(verb);
  }
  return program;
}

const exitHelp = `
Exit codes: 0 green, 2 usage, 3 yellow, 4 red, 5 not finished, 6 cancelled, 7 refused or conflict, 8 unreachable.
Data on standard output, progress on standard error.`;

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}

/**
 * Runs the command line.
 * @param argv arguments without node and script
 * @returns the exit code; messages of failures are on standard error by then
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  try {
    await createProgram().parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end well; a wrong option was told by commander itself.
      return error.exitCode === 0 ? 0 : exitCodes.usage;
    }
    if (error instanceof CommandFailure) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
