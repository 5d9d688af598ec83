import { Command } from 'commander';
import { historyCommand } from './history';
import { selectCommand } from './select';

/** `resync record send | history`: single records. */
export function recordCommand(): Command {
  return new Command('record')
    .description('send one record with all that belongs to it, or see its history')
    .addCommand(selectCommand('send'))
    .addCommand(historyCommand());
}
