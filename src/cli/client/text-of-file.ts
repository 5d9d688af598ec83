import { readFileSync } from 'node:fs';
import { CommandFailure, exitCodes } from './exit-codes';

/** A file that somebody has named. @throws CommandFailure usage when it can't be read */
export function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(`${file} can’t be read.`, exitCodes.usage);
  }
}
