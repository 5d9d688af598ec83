import { Command, CommanderError } from 'commander';
import { alertsCommand } from './alerts';
import { blackoutCommand } from './blackout';
import { verificationsCommand, verifyCommand } from './verify';
import { certificationCommand, certificationsCommand, certifyCommand } from './certify';
import { agentCommand, objectsCommand } from './district';
import { causesCommand, errorsCommand } from './errors';
import { auditCommand } from './audit';
import { CommandFailure, exitCodes } from './exit-codes';
import { fieldSettingsCommand } from './field-settings';
import { historyCommand } from './history';
import { planCommand } from './plan';
import { principalCommand } from './principal';
import { rightsCommand } from './rights';
import { approveCommand, rejectCommand, removalsCommand } from './removals';
import { requestCommand } from './request';
import { retryCommand } from './retry';
import { cancelCommand, pauseCommand, resumeCommand } from './run-control';
import { runsCommand, showCommand, waitCommand, watchCommand } from './runs';
import { acceptCommand, complianceCommand, scopedYearCommand } from './scoped-year';
import { scheduleCommand } from './schedule';
import { selectCommand } from './select';
import { sendCommand } from './send';
import { syncEventCommand } from './sync-event';
import { tokenCommand } from './token';

/**
 * Verbs that need the stack, Temporal's worker or the catalog: loaded when they are asked for, because loading them all
 * takes two seconds, which `resync runs` must not wait for.
 */
const loadedLate: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.js')).upCommand(),
  down: async () => (await import('./down.js')).downCommand(),
  status: async () => (await import('./status.js')).statusCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
  start: async () => (await import('./start.js')).startCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
  sample: async () => (await import('./sample.js')).sampleCommand(),
  catalog: async () => (await import('./catalog.js')).catalogCommand(),
};

/** The program with the verb of the arguments; for help with every verb. */
async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('resync')
    .description('push a school district’s data to its state again')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', exitHelp);
  const verb = argv[0] ?? 'help';
  const late = ['help', '-h', '--help'].includes(verb)
    ? Object.values(loadedLate)
    : Object.entries(loadedLate).flatMap(([name, load]) => (name === verb ? [load] : []));
  const verbs = [
    ...(await Promise.all(late.map((load) => load()))),
    sendCommand(),
    planCommand(),
    runsCommand(),
    showCommand(),
    watchCommand(),
    waitCommand(),
    pauseCommand(),
    resumeCommand(),
    cancelCommand(),
    removalsCommand(),
    approveCommand(),
    rejectCommand(),
    retryCommand(),
    selectCommand(),
    requestCommand(),
    errorsCommand(),
    causesCommand(),
    historyCommand(),
    objectsCommand(),
    agentCommand(),
    scopedYearCommand(),
    acceptCommand(),
    complianceCommand(),
    alertsCommand(),
    tokenCommand(),
    principalCommand(),
    rightsCommand(),
    auditCommand(),
    blackoutCommand(),
    scheduleCommand(),
    verifyCommand(),
    verificationsCommand(),
    certifyCommand(),
    certificationsCommand(),
    certificationCommand(),
    fieldSettingsCommand(),
    syncEventCommand(),
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
    const program = await createProgram(argv);
    await program.parseAsync([...argv], { from: 'user' });
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
