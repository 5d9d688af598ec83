import { Command, CommanderError } from 'commander';
import { alertsCommand } from './verbs/alerts';
import { blackoutCommand } from './verbs/blackout';
import { verificationsCommand, verifyCommand } from './verbs/verify';
import { certificationCommand, certificationsCommand, certifyCommand } from './verbs/certify';
import { agentCommand, objectsCommand } from './verbs/district';
import { causesCommand, errorsCommand } from './verbs/errors';
import { auditCommand } from './verbs/audit';
import { CommandFailure, exitCodes } from './client/exit-codes';
import { fieldSettingsCommand } from './verbs/field-settings';
import { historyCommand } from './verbs/history';
import { planCommand } from './verbs/plan';
import { principalCommand } from './verbs/principal';
import { rightsCommand } from './verbs/rights';
import { approveCommand, rejectCommand, removalsCommand } from './verbs/removals';
import { requestCommand } from './verbs/request';
import { retryCommand } from './verbs/retry';
import { cancelCommand, pauseCommand, resumeCommand } from './verbs/run-control';
import { runsCommand, showCommand, waitCommand, watchCommand } from './verbs/runs';
import { acceptCommand, complianceCommand, scopedYearCommand } from './verbs/scoped-year';
import { scheduleCommand } from './verbs/schedule';
import { selectCommand } from './verbs/select';
import { sendCommand } from './verbs/send';
import { syncEventCommand } from './verbs/sync-event';
import { tokenCommand } from './local/token';

/**
 * Verbs that need the stack, Temporal's worker or the catalog: loaded when they are asked for, because loading them all
 * takes two seconds, which `resync runs` must not wait for.
 */
const loadedLate: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./local/up.js')).upCommand(),
  down: async () => (await import('./local/down.js')).downCommand(),
  status: async () => (await import('./local/status.js')).statusCommand(),
  doctor: async () => (await import('./local/doctor.js')).doctorCommand(),
  serve: async () => (await import('./local/serve.js')).serveCommand(),
  start: async () => (await import('./local/start.js')).startCommand(),
  demo: async () => (await import('./local/demo.js')).demoCommand(),
  sample: async () => (await import('./local/sample.js')).sampleCommand(),
  catalog: async () => (await import('./verbs/catalog.js')).catalogCommand(),
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
