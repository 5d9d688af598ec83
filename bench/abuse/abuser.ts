/**
 * The process that misbehaves: one behavior, until it is ended; then it prints what it was
 * answered. It has the lowest priority of the machine, because a district's own machines would be
 * elsewhere.
 */
import { setPriority } from 'node:os';
import type { Abuser } from './address';
import { behaviors } from './behaviors';

const { behavior, abuser } = JSON.parse(process.env['ABUSE'] ?? '') as { behavior: string; abuser: Abuser };
setPriority(19);
const outcomes = new Map<string, number>();
process.once('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(Object.fromEntries(outcomes))}\n`, () => process.exit(0));
});
void behaviors
  .find(({ name }) => name === behavior)!
  .act(abuser, (outcome) => outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1));
