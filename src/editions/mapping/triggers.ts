import type { TriggerEffect } from '../../domain/state-triggers';
import { whyTriggersAreHidden } from '../../database/rights';
import { loadTriggers } from '../../domain/trigger-queries';
import type { Edition } from '../connection/pools';
import { quoteText } from '../connection/sql';

/** Every object of a run asks for the same triggers: what was read stays good for so long. */
const goodMs = 5_000;

const known = new WeakMap<Edition, { readonly at: number; readonly effects: Promise<TriggerEffect[]> }>();

/**
 * What the triggers of the state do, all of its schema's.
 * @param fresh reads them anew, as a plan does
 * @throws DatabaseError
 */
export function stateTriggers(state: Edition, { fresh = false } = {}): Promise<TriggerEffect[]> {
  const last = known.get(state);
  if (!fresh && last !== undefined && Date.now() - last.at < goodMs) return last.effects;
  const effects = loadTriggers((sql) => state.rows(sql), quoteText(state.schema));
  known.set(state, { at: Date.now(), effects });
  effects.catch(() => known.delete(state));
  return effects;
}

/** Why the state's triggers can't be seen, and the GRANT that mends it. @throws DatabaseError */
export function hiddenTriggers(state: Edition): Promise<string | null> {
  return whyTriggersAreHidden((sql) => state.rows(sql), state.schema);
}
