import { Command } from 'commander';
import { causesCommand, errorsCommand } from './errors';
import { approveCommand, rejectCommand, removalsCommand } from './removals';
import { retryCommand } from './retry';
import { cancelCommand, pauseCommand, resumeCommand } from './run-control';
import { logCommand, runsCommand, showCommand, waitCommand, watchCommand } from './runs';
import { acceptCommand } from './scoped-year';
import { sendCommand } from './send';

/** `resync run <verb>`: resyncs from their start to their errors. */
export function runCommand(): Command {
  const commands = [
    sendCommand('start'),
    runsCommand('list'),
    showCommand(),
    logCommand(),
    watchCommand(),
    waitCommand(),
    pauseCommand(),
    resumeCommand(),
    cancelCommand(),
    errorsCommand(),
    causesCommand(),
    retryCommand(),
    removalsCommand(),
    approveCommand(),
    rejectCommand(),
    acceptCommand(),
  ];
  const run = new Command('run').description('start, follow and control resyncs, and see their errors');
  for (const command of commands) run.addCommand(command);
  return run;
}
