import { Command, Help } from 'commander';
import { tokenCommand } from './local/token';
import { alertCommand } from './verbs/alerts';
import { auditCommand } from './verbs/audit';
import { blackoutCommand } from './verbs/blackout';
import { certificationCommand, certificationsCommand, certifyCommand } from './verbs/certify';
import { agentCommand, districtCommand, objectsCommand } from './verbs/district';
import { causesCommand, errorsCommand } from './verbs/errors';
import { fieldSettingsCommand } from './verbs/field-settings';
import { historyCommand } from './verbs/history';
import { planCommand } from './verbs/plan';
import { principalCommand } from './verbs/principal';
import { recordCommand } from './verbs/record';
import { approveCommand, rejectCommand, removalsCommand } from './verbs/removals';
import { requestCommand } from './verbs/request';
import { retryCommand } from './verbs/retry';
import { rightsCommand } from './verbs/rights';
import { runCommand } from './verbs/run';
import { cancelCommand, pauseCommand, resumeCommand } from './verbs/run-control';
import { runsCommand, showCommand, waitCommand, watchCommand } from './verbs/runs';
import { recurringCommand } from './verbs/recurring';
import { scheduleCommand } from './verbs/schedule';
import { acceptCommand, complianceCommand, scopedYearCommand } from './verbs/scoped-year';
import { selectCommand } from './verbs/select';
import { sendCommand } from './verbs/send';
import { syncEventCommand } from './verbs/sync-event';
import { verificationCommand, verificationsCommand, verifyCommand } from './verbs/verify';

interface Entry {
  readonly name: string;
  /** A few words for the list of commands; the command's own description says more. */
  readonly summary: string;
  /**
   * Those that need the stack, the worker or the catalog are loaded late: together they take two
   * seconds.
   */
  readonly make: () => Command | Promise<Command>;
}

type Row = readonly [name: string, summary: string, make: Entry['make']];
const entriesOf = (rows: readonly Row[]): Entry[] =>
  rows.map(([name, summary, make]) => ({ name, summary, make }));

/** Requests, and what makes them again and again. */
const requestCommands = (): Command => requestCommand().addCommand(recurringCommand());

/** Commands by task, as help lists them. */
const groups: Readonly<Record<string, readonly Entry[]>> = {
  'Everyday:': entriesOf([
    ['send', 'start a resync and follow it to its end', sendCommand],
    ['watch', 'follow a resync to its end', watchCommand],
    ['errors', 'list the records that did not reach the state, and why', errorsCommand],
    ['plan', 'show what a resync would send, in which order, and why', planCommand],
    ['verify', 'compare a district with the state; nothing is written', verifyCommand],
  ]),
  'Resyncs, comparisons, requests:': entriesOf([
    ['run', 'resyncs: start, list, show, pause, cancel, retry, approve …', runCommand],
    ['record', 'send one record with all that belongs to it; its history', recordCommand],
    ['verification', 'comparisons of a district with the state', verificationCommand],
    ['certification', 'signed counts and checksums at a reporting date', certificationCommand],
    ['request', 'request resyncs of districts, as the state', requestCommands],
    ['schedule', 'recurring resyncs and verifications', scheduleCommand],
    ['blackout', 'windows in which no resync of a district runs', blackoutCommand],
  ]),
  'Districts and people:': entriesOf([
    ['district', 'districts, their objects, their queue', districtCommand],
    ['scoped-year', 'a district’s current school year; year-end compliance', scopedYearCommand],
    ['field-settings', 'who owns a field: the district or the state', fieldSettingsCommand],
    ['sync-event', 'send state-owned values down to a district', syncEventCommand],
    ['alert', 'your Process Alerts', alertCommand],
    ['principal', 'people and services, their rights and tokens', principalCommand],
    ['token', 'API tokens, on the control database', tokenCommand],
    ['audit', 'who changed what, when and from where', auditCommand],
  ]),
  'Service and local stack:': entriesOf([
    [
      'serve',
      'run the API, a worker, or both',
      async () => (await import('./local/serve.js')).serveCommand(),
    ],
    [
      'doctor',
      'check programs, databases and Temporal',
      async () => (await import('./local/doctor.js')).doctorCommand(),
    ],
    [
      'catalog',
      'the objects that are sent, and their rules',
      async () => (await import('./verbs/catalog.js')).catalogCommand(),
    ],
    [
      'setup',
      'make tables and search attributes that are missing',
      async () => (await import('./local/setup.js')).setupCommand(),
    ],
    ['up', 'start the local stack', async () => (await import('./local/up.js')).upCommand()],
    [
      'down',
      'stop the local stack; its data stays',
      async () => (await import('./local/down.js')).downCommand(),
    ],
    [
      'status',
      'show which servers of the local stack run',
      async () => (await import('./local/status.js')).statusCommand(),
    ],
    [
      'start',
      'start the local stack and serve its districts',
      async () => (await import('./local/start.js')).startCommand(),
    ],
    [
      'sample',
      'fill a district with sample records',
      async () => (await import('./local/sample.js')).sampleCommand(),
    ],
    [
      'demo',
      'resync a sample district and check the result',
      async () => (await import('./local/demo.js')).demoCommand(),
    ],
  ]),
};

/** Verbs from before there were nouns; they go on working, and no help lists them. */
const aliases: readonly Row[] = [
  ['runs', 'run list', runsCommand],
  ['show', 'run show', showCommand],
  ['wait', 'run wait', waitCommand],
  ['pause', 'run pause', pauseCommand],
  ['resume', 'run resume', resumeCommand],
  ['cancel', 'run cancel', cancelCommand],
  ['removals', 'run removals', removalsCommand],
  ['approve', 'run approve', approveCommand],
  ['reject', 'run reject', rejectCommand],
  ['retry', 'run retry', retryCommand],
  ['causes', 'run causes', causesCommand],
  ['accept', 'run accept', acceptCommand],
  ['select', 'record send', selectCommand],
  ['history', 'record history', historyCommand],
  ['objects', 'district objects', objectsCommand],
  ['agent', 'district agent', agentCommand],
  ['compliance', 'scoped-year compliance', complianceCommand],
  ['alerts', 'alert', () => alertCommand('alerts')],
  ['rights', 'principal rights', rightsCommand],
  ['verifications', 'verification list', verificationsCommand],
  ['certify', 'certification start', certifyCommand],
  ['certifications', 'certification list', certificationsCommand],
];

const footer = `Exit codes: 0 green, 2 usage, 3 yellow, 4 red, 5 not finished, 6 cancelled,
7 refused or conflict, 8 unreachable. "resync help <command>" shows options.`;

/** The list of commands on one screen. */
class OneScreen extends Help {
  override formatHelp(program: Command, helper: Help): string {
    const commands = helper.visibleCommands(program).filter((one) => one.helpGroup() !== '');
    const width = Math.max(...commands.map((one) => one.name().length));
    const chapters = [...helper.groupItems(commands, commands, (one) => one.helpGroup())].map(
      ([group, members]) => [
        group,
        ...members.map((one) => `  ${one.name().padEnd(width)}  ${helper.subcommandDescription(one)}`),
      ],
    );
    const lists = chapters.map((lines) => lines.join('\n')).join('\n\n');
    return `Usage: resync <command> [options]\n${lists}\n${footer}\n`;
  }
}

/**
 * The program.
 * @param wanted the command to load, or `all`; of the others there is a name and a summary, for
 * help and suggestions
 */
export async function createProgram(wanted: string): Promise<Command> {
  const program = new Command('resync')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show the options of a command')
    .helpOption('-h, --help', 'show the options of a command');
  program.createHelp = () => new OneScreen();
  for (const [group, entries] of Object.entries(groups)) {
    for (const { name, summary, make } of entries) {
      const loads = wanted === 'all' || wanted === name;
      const command = loads ? await make() : new Command(name);
      program.addCommand(command.summary(summary).helpGroup(group));
    }
  }
  for (const [name, , make] of aliases) {
    if (wanted === name) program.addCommand((await make()).name(name), { hidden: true });
  }
  throwInsteadOfExit(program);
  return program;
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
