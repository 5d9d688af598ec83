/**
 * What triggers of the state do when a record is written there: which columns of it they set, and
 * which other tables they write. Read from the text of the triggers; where that can't be decided
 * the answer is the wider one, because it only leads to looking again. Pure.
 */
import { tokensOf } from './sql-tokens';

export type TriggerEvent = 'INSERT' | 'UPDATE' | 'DELETE';

/** A trigger as information_schema has it. */
export interface StateTrigger {
  readonly name: string;
  readonly table: string;
  readonly event: TriggerEvent;
  readonly timing: 'BEFORE' | 'AFTER';
  readonly body: string;
}

/** Texts of the schema's procedures and functions, or views, by name; `null`: not to be read. */
export type Texts = ReadonlyMap<string, string | null>;

/** A table that a trigger writes. */
export interface TriggerWrite {
  readonly table: string;
  readonly how: TriggerEvent;
}

/** What one trigger does. */
export interface TriggerEffect extends Omit<StateTrigger, 'body'> {
  /** Columns of its own record that it sets. */
  readonly sets: readonly string[];
  readonly writes: readonly TriggerWrite[];
  /**
   * Routines it calls and views it writes through whose text can't be read: they may do anything.
   */
  readonly unread: readonly string[];
}

const routineDepth = 8;

/** What a schema has beside its tables. */
export interface SchemaTexts {
  readonly routines?: Texts;
  readonly views?: Texts;
  /** Places of parameters that a procedure sets, from 0, by its name. */
  readonly outParameters?: ReadonlyMap<string, readonly number[]>;
}

/**
 * @param tables and views of the state's schema, by which names in the text are told from others
 * @returns what each trigger does by itself, without the triggers that it sets off in turn
 */
export function readTriggers(
  triggers: readonly StateTrigger[],
  tables: readonly string[],
  { routines = new Map(), views = new Map(), outParameters = new Map() }: SchemaTexts = {},
): TriggerEffect[] {
  const byName = new Map(tables.map((table) => [table.toLowerCase(), table]));
  const bodies = new Map([...routines].map(([name, body]) => [name.toLowerCase(), { name, body }]));
  return triggers.map(({ body, ...trigger }) => {
    const sets = new Set<string>();
    const writes = new Map<string, TriggerWrite>();
    const unread = new Set<string>();
    const read = (text: string, depth: number, seen: readonly string[]): void => {
      const tokens = tokensOf(text);
      for (const column of setColumns(tokens, outParameters)) sets.add(column);
      for (const { table, how } of writesOf(tokens)) {
        const known = byName.get(table.toLowerCase());
        for (const name of known === undefined ? [] : tablesBehind(known, { byName, views, unread }))
          writes.set(`${how} ${name}`, { table: name, how });
      }
      for (const called of tokens) {
        const routine = called.word === null ? undefined : bodies.get(called.word.toLowerCase());
        if (routine === undefined || seen.includes(routine.name)) continue;
        if (routine.body === null || depth === routineDepth) unread.add(routine.name);
        else read(routine.body, depth + 1, [...seen, routine.name]);
      }
    };
    read(body, 0, []);
    return { ...trigger, sets: [...sets], writes: [...writes.values()], unread: [...unread] };
  });
}

/** The table itself, or all that a view speaks of: which of them it writes isn't told apart. */
function tablesBehind(
  name: string,
  ground: {
    readonly byName: ReadonlyMap<string, string>;
    readonly views: Texts;
    /** Gets the views that can't be read. */
    readonly unread: Set<string>;
  },
  seen: readonly string[] = [],
): string[] {
  const text = ground.views.get(name);
  if (text === undefined) return [name];
  if (text === null) ground.unread.add(name);
  if (text === null || seen.includes(name)) return [];
  return tokensOf(text)
    .flatMap(({ word }) => ground.byName.get(word?.toLowerCase() ?? '') ?? [])
    .flatMap((named) => tablesBehind(named, ground, [...seen, name]));
}

type Tokens = ReturnType<typeof tokensOf>;

/**
 * `SET NEW.a = …, NEW.b = …`, `NEW.a := …` (Oracle's way), `INTO NEW.a`, and `CALL p(NEW.a)` where
 * that is a parameter that the procedure sets.
 */
function setColumns(tokens: Tokens, outParameters: ReadonlyMap<string, readonly number[]>): string[] {
  const handed = handedOut(tokens, outParameters);
  return tokens.flatMap((token, i) => {
    if (!is(token, 'NEW') || tokens[i + 1]?.sign !== '.') return [];
    const column = tokens[i + 2]?.word ?? null;
    const before = tokens[i - 1];
    const after = tokens[i + 3]?.sign;
    const assigned = after === ':=' || ((is(before, 'SET') || before?.sign === ',') && after === '=');
    const filled = is(before, 'INTO') || (before?.sign === ',' && intoBefore(tokens, i));
    return column !== null && (assigned || filled || handed.has(i)) ? [column] : [];
  });
}

/** Where an argument begins that a called procedure sets. */
function handedOut(
  tokens: Tokens,
  outParameters: ReadonlyMap<string, readonly number[]>,
): ReadonlySet<number> {
  const places = new Set<number>();
  tokens.forEach((token, call) => {
    if (!is(token, 'CALL')) return;
    const outs = outParameters.get(nameAt(tokens, call + 1)?.toLowerCase() ?? '') ?? [];
    let depth = 0;
    let argument = 0;
    for (let i = call + 1; i < tokens.length && tokens[i]!.sign !== ';'; i += 1) {
      const { sign } = tokens[i]!;
      if (sign === '(') depth += 1;
      if (sign === ')') depth -= 1;
      if (depth !== 1 || (sign !== '(' && sign !== ',')) continue;
      if (outs.includes(argument)) places.add(i + 1);
      argument += 1;
    }
  });
  return places;
}

/** Whether a list of variables that goes on at `at` began with INTO. */
function intoBefore(tokens: Tokens, at: number): boolean {
  for (let i = at - 1; i >= 0; i -= 1) {
    const token = tokens[i]!;
    if (is(token, 'INTO')) return true;
    if (token.word === null && token.sign !== ',' && token.sign !== '.' && token.sign !== '@') return false;
    if (is(token, 'SET') || is(token, 'SELECT')) return false;
  }
  return false;
}

const modifiers = ['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'QUICK', 'IGNORE', 'INTO', 'FROM'];

/** Names after INSERT, REPLACE, UPDATE and DELETE. */
function writesOf(tokens: Tokens): TriggerWrite[] {
  const found: TriggerWrite[] = [];
  let inserted: string | null = null;
  tokens.forEach((token, i) => {
    const previous = tokens[i - 1];
    if ((is(token, 'INSERT') || is(token, 'REPLACE')) && tokens[i + 1]?.sign !== '(') {
      let at = i + 1;
      while (modifiers.some((word) => is(tokens[at], word))) at += 1;
      inserted = nameAt(tokens, at);
      if (inserted === null) return;
      found.push({ table: inserted, how: 'INSERT' });
      // REPLACE deletes what it replaces.
      if (is(token, 'REPLACE')) found.push({ table: inserted, how: 'DELETE' });
    } else if (is(token, 'UPDATE') && is(previous, 'KEY')) {
      if (inserted !== null) found.push({ table: inserted, how: 'UPDATE' });
    } else if (is(token, 'UPDATE') && !is(previous, 'FOR') && !is(previous, 'ON')) {
      for (const table of updatedBy(tokens, i + 1)) found.push({ table, how: 'UPDATE' });
    } else if (is(token, 'DELETE') && !is(previous, 'ON')) {
      for (const table of namesUntil(tokens, i + 1, ['WHERE', 'ORDER', 'LIMIT', 'END']))
        found.push({ table, how: 'DELETE' });
    }
  });
  return found;
}

/** The last part of a name, `schema`.`table` or `table`. */
function nameAt(tokens: Tokens, at: number): string | null {
  const first = tokens[at]?.word ?? null;
  return tokens[at + 1]?.sign === '.' ? (tokens[at + 2]?.word ?? null) : first;
}

/** Never END: that may be the end of a CASE. */
const endsOfSet = ['WHERE', 'ORDER', 'LIMIT'];

/**
 * Tables that an UPDATE may write: those whose columns it sets, where each is set by its table's
 * name or by what stands for that; otherwise every name before SET.
 */
function updatedBy(tokens: Tokens, from: number): string[] {
  const all = namesUntil(tokens, from, ['SET']);
  const set = tokens.findIndex((token, i) => i >= from && (is(token, 'SET') || token.sign === ';'));
  if (set === -1 || !is(tokens[set], 'SET')) return all;
  const written: string[] = [];
  for (const at of settingsOf(tokens, set)) {
    const owner = ownerAt(tokens, at);
    const places = owner === null ? [] : placesOf(tokens, owner, from, set);
    if (places.length === 0) return all;
    // A name by itself, or one behind that of its table.
    for (const place of places) {
      const before = tokens[is(tokens[place - 1], 'AS') ? place - 2 : place - 1]?.word ?? null;
      written.push(tokens[place]!.word!, ...(before === null ? [] : [before]));
    }
  }
  return [...new Set(written)];
}

/** Where each setting of a SET begins: behind it, and behind the commas outside of brackets. */
function settingsOf(tokens: Tokens, set: number): number[] {
  const starts = [set + 1];
  let depth = 0;
  for (let i = set + 1; i < tokens.length; i += 1) {
    const token = tokens[i]!;
    if (token.sign === '(') depth += 1;
    if (token.sign === ')') depth -= 1;
    if (depth < 0 || token.sign === ';' || (depth === 0 && endsOfSet.some((word) => is(token, word)))) break;
    if (depth === 0 && token.sign === ',') starts.push(i + 1);
  }
  return starts;
}

/** `b` of `b.x` and of `schema.b.x`; `null`: the column stands alone. */
function ownerAt(tokens: Tokens, at: number): string | null {
  if (tokens[at + 1]?.sign !== '.') return null;
  return tokens[tokens[at + 3]?.sign === '.' ? at + 2 : at]?.word ?? null;
}

/** Where a name stands, but for those of columns and before a dot. */
function placesOf(tokens: Tokens, name: string, from: number, to: number): number[] {
  const places: number[] = [];
  for (let i = from; i < to; i += 1)
    if (tokens[i]!.word?.toLowerCase() === name.toLowerCase() && tokens[i + 1]?.sign !== '.') places.push(i);
  return places;
}

/** Every name of a list of tables: which of them are written isn't told apart. */
function namesUntil(tokens: Tokens, from: number, ends: readonly string[]): string[] {
  const names: string[] = [];
  for (let i = from; i < tokens.length; i += 1) {
    const token = tokens[i]!;
    if (token.sign === ';' || ends.some((word) => is(token, word))) break;
    if (token.word !== null) names.push(token.word);
  }
  return names;
}

function is(token: Tokens[number] | undefined, keyword: string): boolean {
  return token !== undefined && !token.quoted && token.word?.toUpperCase() === keyword;
}

/**
 * Everything that writing a table in these ways does to other tables, by the triggers that set each
 * other off.
 * @returns by table, in which ways it is written; never the table itself
 */
export function sideEffects(
  effects: readonly TriggerEffect[],
  table: string,
  events: readonly TriggerEvent[],
): Map<string, Set<TriggerEvent>> {
  const written = new Map<string, Set<TriggerEvent>>();
  const todo: TriggerWrite[] = events.map((how) => ({ table, how }));
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { table: at, how } = next;
    for (const trigger of effects) {
      if (trigger.table !== at || trigger.event !== how) continue;
      for (const write of trigger.writes) {
        const ways = written.get(write.table) ?? new Set();
        if (ways.has(write.how)) continue;
        written.set(write.table, ways.add(write.how));
        todo.push(write);
      }
    }
  }
  written.delete(table);
  return written;
}

/**
 * The effects with tables as they are written elsewhere: where names are kept in lower case,
 * `Person` is `person` in a trigger.
 */
export function spelledAs(effects: readonly TriggerEffect[], tables: readonly string[]): TriggerEffect[] {
  const wanted = new Map(tables.map((table) => [table.toLowerCase(), table]));
  const known = new Set(tables);
  const spell = (table: string): string =>
    known.has(table) ? table : (wanted.get(table.toLowerCase()) ?? table);
  return effects.map((effect) => ({
    ...effect,
    table: spell(effect.table),
    writes: effect.writes.map(({ table, how }) => ({ table: spell(table), how })),
  }));
}

/** Columns that the state sets itself when one of the table's records is inserted or updated. */
export function columnsSet(effects: readonly TriggerEffect[], table: string): string[] {
  const sets = effects.flatMap((trigger) =>
    trigger.table === table && trigger.event !== 'DELETE' ? trigger.sets : [],
  );
  return [...new Set(sets)];
}

/** A trigger in words, for a person who has to decide about it. */
export function describeTrigger({ name, timing, event, sets, writes, unread }: TriggerEffect): string {
  const tables = [...new Set(writes.map(({ table }) => table))];
  const does = [
    ...(sets.length === 0 ? [] : [`sets ${sets.join(', ')}`]),
    ...(tables.length === 0 ? [] : [`writes ${tables.join(', ')}`]),
    ...(unread.length === 0 ? [] : [`calls ${unread.join(', ')}, which can't be read`]),
  ];
  return `trigger ${name} (${timing} ${event}) ${does.length === 0 ? 'checks or writes elsewhere' : does.join(' and ')}`;
}
