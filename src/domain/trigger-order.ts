/**
 * The order of a plan under the state's triggers: a table whose trigger writes another object's
 * table goes first, so that the other one is compared afterwards; where the order can't be had, it
 * is compared again. Pure.
 */
import { type Catalog, requireObject } from './catalog';
import { parentsFirst, type PlannedObject } from './plan-order';
import { describeTrigger, sideEffects, spelledAs, type TriggerEffect } from './state-triggers';

/** A planned object that triggers of other planned objects' tables write. */
export interface TriggeredObject extends PlannedObject {
  /** Those objects; absent: none. Once they were written after it, it has to be compared again. */
  readonly changedBy?: readonly string[];
}

export interface TriggerPlan {
  readonly objects: readonly TriggeredObject[];
  /** Sentences about objects, in the order of the plan. */
  readonly notes: readonly { readonly object: string; readonly note: string }[];
}

/** Puts the objects whose triggers write others before those, and says what triggers do. */
export function orderByTriggers(
  catalog: Catalog,
  planned: readonly PlannedObject[],
  found: readonly TriggerEffect[],
): TriggerPlan {
  if (found.length === 0) return { objects: planned, notes: [] };
  const effects = spelledAs(
    found,
    catalog.objects.map(({ stateTable }) => stateTable),
  );
  const tables = new Map(planned.map(({ name }) => [name, requireObject(catalog, name).stateTable]));
  const after = new Map(planned.map((object) => [object.name, [...object.after]]));
  const changedBy = new Map<string, string[]>();
  const outOfOrder = new Map<string, string[]>();
  for (const { name } of planned) {
    const written = sideEffects(effects, tables.get(name)!, ['INSERT', 'UPDATE']);
    for (const other of planned) {
      if (other.name === name || !written.has(tables.get(other.name)!)) continue;
      if (tables.get(other.name) === tables.get(name)) continue;
      changedBy.set(other.name, [...(changedBy.get(other.name) ?? []), name]);
      if (comesAfter(planned, after, name, other.name))
        outOfOrder.set(other.name, [...(outOfOrder.get(other.name) ?? []), name]);
      else if (!after.get(other.name)!.includes(name)) after.get(other.name)!.push(name);
    }
  }
  const edges = new Map([...after].map(([name, names]) => [name, { after: names }]));
  const byName = new Map(planned.map((object) => [object.name, object]));
  const objects = parentsFirst(
    planned.map(({ name }) => name),
    edges,
  ).map((name): TriggeredObject => {
    const changing = changedBy.get(name);
    return {
      ...byName.get(name)!,
      after: after.get(name)!,
      ...(changing === undefined ? {} : { changedBy: changing }),
    };
  });
  const notes = objects.flatMap(({ name }) => {
    const note = noteOf(catalog, tables, effects, {
      name,
      changedBy: changedBy.get(name) ?? [],
      outOfOrder: outOfOrder.get(name) ?? [],
    });
    return note === null ? [] : [{ object: name, note }];
  });
  return { objects, notes };
}

/** Whether `name` comes after `other` already, itself or as a member of a cycle. */
function comesAfter(
  planned: readonly PlannedObject[],
  after: ReadonlyMap<string, readonly string[]>,
  name: string,
  other: string,
): boolean {
  const cycleOf = new Map(planned.map((object) => [object.name, object.cycle]));
  const membersOf = (member: string): string[] => {
    const cycle = cycleOf.get(member) ?? null;
    return cycle === null
      ? [member]
      : planned.filter((object) => object.cycle === cycle).map((object) => object.name);
  };
  const targets = new Set(membersOf(other));
  const seen = new Set<string>();
  const todo = membersOf(name);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (targets.has(next)) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    for (const parent of after.get(next) ?? []) todo.push(...membersOf(parent));
  }
  return false;
}

function noteOf(
  catalog: Catalog,
  planned: ReadonlyMap<string, string>,
  effects: readonly TriggerEffect[],
  {
    name,
    changedBy,
    outOfOrder,
  }: {
    readonly name: string;
    readonly changedBy: readonly string[];
    readonly outOfOrder: readonly string[];
  },
): string | null {
  const table = planned.get(name)!;
  const own = effects.filter((trigger) => trigger.table === table);
  const inRun = new Set(planned.values());
  const left = catalog.objects.filter(
    ({ stateTable }) =>
      !inRun.has(stateTable) && sideEffects(effects, table, ['INSERT', 'UPDATE']).has(stateTable),
  );
  const first = changedBy.filter((other) => !outOfOrder.includes(other));
  const sentences = [
    ...(own.length === 0 ? [] : [`At the state ${own.map(describeTrigger).join('; ')}.`]),
    ...(first.length === 0 ? [] : [`It goes after ${first.join(', ')}, whose triggers write it.`]),
    ...(outOfOrder.length === 0
      ? []
      : [
          `Triggers of ${outOfOrder.join(', ')} write it and can't go first: it is compared again at the end.`,
        ]),
    ...(left.length === 0
      ? []
      : [
          `Sending it changes ${left.map((object) => object.name).join(', ')}, not in this run: send that, too.`,
        ]),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}
