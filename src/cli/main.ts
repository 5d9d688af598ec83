import { CommanderError } from 'commander';
import { CommandFailure, exitCodes } from './client/exit-codes';
import { markdownOf } from './markdown';
import { createProgram } from './program';

/**
 * Runs the command line.
 * @param argv arguments without node and script
 * @returns the exit code; messages of failures are on standard error by then
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  try {
    await run(argv);
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

async function run(argv: readonly string[]): Promise<void> {
  const [verb = 'help', ...rest] = argv;
  if (verb === 'help' && rest.includes('--markdown')) {
    process.stdout.write(markdownOf(await createProgram('all')));
    return;
  }
  const program = await createProgram(verb === 'help' ? (rest[0] ?? verb) : verb);
  await program.parseAsync(argv.length === 0 ? ['help'] : [...argv], { from: 'user' });
}

/**
 * `resync ... | head` closes the pipe when it has read enough, which is no failure. A full disk is.
 */
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`The output could not be written: ${error.code ?? error.message}.\n`);
    process.exit(exitCodes.unreachable);
  });
  // Nobody reads how it goes: it goes on all the same, and ends with its code.
  process.stderr.on('error', () => {});
}

if (require.main === module) {
  endQuietlyWithReader();
  main(process.argv.slice(2)).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
