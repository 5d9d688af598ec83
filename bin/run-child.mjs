/** Runs a program in our place: what we are told, it is told. Plain Node, no packages. */
import { spawn } from 'node:child_process';

const parentLookMs = 1_000;
const passedOn = ['SIGINT', 'SIGTERM', 'SIGUSR2'];

/**
 * Runs a program with our terminal. Passes SIGINT, SIGTERM and SIGUSR2 (the log level) on, and sends
 * SIGTERM when our parent has died.
 * @returns its exit code; 128 and the signal's number when a signal ended it; 8 when it could not
 * be started
 */
export function runChild(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    const forward = (signal) => child.kill(signal);
    for (const signal of passedOn) process.on(signal, forward);
    const watch = watchParent(() => child.kill('SIGTERM'));
    const end = (code) => {
      for (const signal of passedOn) process.off(signal, forward);
      clearInterval(watch);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(error.message);
      end(8);
    });
    child.on('exit', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/**
 * npm and npx pass a signal to the shell they run us in, which dies of it and tells nobody: then
 * its death is the signal. Only under npm: a program started with "node bin/..." may be meant to
 * outlive its shell.
 */
function watchParent(gone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    gone();
  }, parentLookMs);
  return watch.unref();
}
