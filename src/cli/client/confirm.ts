import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { wantsJson } from './command-context';
import { CommandFailure, exitCodes } from './exit-codes';

/** `--yes`, for every verb that asks first. */
export const yesOption = ['--yes', 'do it without asking; nobody is asked in a script'] as const;

/**
 * Asks a person on a terminal before something is done. A script, which has no terminal or wants
 * JSON, isn't asked.
 * @param question made only when it is asked; without the question mark
 * @throws CommandFailure cancelled, unless the answer is yes
 */
export async function confirm(
  question: () => Promise<string> | string,
  { yes, command }: { readonly yes: boolean; readonly command: Command },
): Promise<void> {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (yes || wantsJson(command) || !isTerminal) return;
  const asked = `${await question()}? [y/N] `;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and the end of input are no answer.
  const unanswered = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(asked), unanswered]);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('Nothing was done.', exitCodes.cancelled);
}
