import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from '../config';
import { timeStatements } from './database-times';

/** The metrics of one part of the service. */
export interface PartMetrics {
  readonly registry: Registry;
  close(): void;
}

/**
 * A registry with what Node says of the process, and the times of its statements.
 * @param ofProcess false: another part in this process tells of it already
 */
export function openRegistry(config: Config, { ofProcess }: { readonly ofProcess: boolean }): PartMetrics {
  const registry = new Registry();
  if (!ofProcess) return { registry, close: () => undefined };
  collectDefaultMetrics({ register: registry });
  return { registry, close: timeStatements(registry, config) };
}
