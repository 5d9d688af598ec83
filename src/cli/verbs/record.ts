import { Command } from 'commander';
import { historyCommand } from './history';
import { conflictsCommand, resolveCommand } from './identity-conflicts';
import { selectCommand } from './select';

/** `resync record send | history | conflicts | resolve`: single records. */
export function recordCommand(): Command {
  return new Command('record')
    .description('send one record with all that belongs to it, see its history, settle its identity')
    .addCommand(selectCommand('send'))
    .addCommand(historyCommand())
    .addCommand(conflictsCommand())
    .addCommand(resolveCommand());
}
