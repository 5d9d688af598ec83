/** Where the servers of a stack are: kept in `<dir>/stack.json`, readable by its owner only. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKinds } from './server-kind';

export interface DatabaseServerInfo {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface StackInfo {
  readonly district: DatabaseServerInfo;
  /** The control database lives on it too. */
  readonly state: DatabaseServerInfo;
  readonly temporal: { readonly address: string; readonly webUrl: string | null };
  /** What the stack's own servers are; absent in a file of an older version. */
  readonly servers?: ServerKinds;
}

const file = (dir: string): string => join(dir, 'stack.json');

/**
 * What was last written for this directory, null when there is none (or half of one). Says nothing
 * about running.
 */
export function readStackInfo(dir: string): StackInfo | null {
  try {
    return JSON.parse(readFileSync(file(dir), 'utf8')) as StackInfo;
  } catch {
    return null;
  }
}

/**
 * Replaces `<dir>/stack.json` in one step: a reader sees the old one or the new one, never half.
 */
export function writeStackInfo(dir: string, info: StackInfo): void {
  mkdirSync(dir, { recursive: true });
  const half = `${file(dir)}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, file(dir));
}

/** mysql://user:password@host:port/database */
export function databaseUrl(server: DatabaseServerInfo, database: string): string {
  const login = `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}`;
  return `mysql://${login}@${server.host}:${server.port}/${database}`;
}
