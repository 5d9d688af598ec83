import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config';

/** Folder of the local stack; RESYNC_STACK_DIR names another. */
export function stackDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['RESYNC_STACK_DIR'] ?? '.stack';
}

/**
 * The configuration a verb works with: RESYNC_CONFIG, resync.config.yaml in this folder, or that of
 * the local stack.
 * @param dir the stack's folder
 * @throws ConfigError when there is none, or it can't be used
 */
export function findConfig(env: NodeJS.ProcessEnv = process.env, dir = stackDir(env)): Config {
  const ofStack = join(dir, 'resync.config.yaml');
  return loadConfig(!hasOwn(env) && existsSync(ofStack) ? { file: ofStack, env } : { env });
}

/** Whether there is one at all, usable or not. */
export function hasConfig(env: NodeJS.ProcessEnv = process.env): boolean {
  return hasOwn(env) || existsSync(join(stackDir(env), 'resync.config.yaml'));
}

function hasOwn(env: NodeJS.ProcessEnv): boolean {
  return env['RESYNC_CONFIG'] !== undefined || existsSync('resync.config.yaml');
}
