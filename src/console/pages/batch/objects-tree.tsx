import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { TableObject } from '../../api/answers';
import { useRight } from '../../api/session';
import { below, treeOf } from '../../plan/tree';
import { TickAll } from '../../parts/tick-all';
import { LegendButton } from './legend';
import { ObjectRow } from './object-row';
import type { Selection } from './selection';

interface ObjectsTreeProps {
  readonly items: readonly TableObject[];
  readonly selection: Selection;
  /** Only objects whose name has it, with what they stand below. */
  readonly find: string;
}

/** The tool's table: a tree of objects, by the keys of a treegrid. */
export function ObjectsTree({ items, selection, find }: ObjectsTreeProps) {
  const rows = useMemo(() => treeOf(items), [items]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = useState<string | null>(null);
  const table = useRef<HTMLTableElement>(null);
  const typed = useRef({ text: '', at: 0 });
  const mayReadErrors = useRight('errorLog');

  const parents = useMemo(
    () => new Map(items.map(({ object, treeParent }) => [object, treeParent])),
    [items],
  );
  const shown = useMemo(() => {
    const found = find === '' ? null : withAbove(items, parents, find);
    const hidden = new Set(found ? [] : [...closed].flatMap((name) => below(rows, name)));
    return rows.filter(({ item }) => (found ? found.has(item.object) : !hidden.has(item.object)));
  }, [rows, closed, find, items, parents]);
  const current = shown.some(({ item }) => item.object === focus) ? focus : (shown[0]?.item.object ?? null);

  // Stable for the rows, whatever is ticked.
  const latest = useRef(selection);
  useEffect(() => {
    latest.current = selection;
  });
  const onToggle = useCallback((object: string) => latest.current.toggle([object]), []);
  const onFold = useCallback((object: string) => {
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(object)) after.add(object);
      return after;
    });
  }, []);

  const go = (object: string | undefined): void => {
    if (object === undefined) return;
    setFocus(object);
    table.current?.querySelector<HTMLElement>(`[data-object="${CSS.escape(object)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = shown.findIndex(({ item }) => item.object === current);
    const row = shown[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest('thead')) return;
    const { item, children } = row;
    const open = !closed.has(item.object);
    const step = (by: number) => go(shown[Math.max(0, Math.min(shown.length - 1, at + by))]?.item.object);
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      PageDown: () => step(10),
      PageUp: () => step(-10),
      Home: () => step(-shown.length),
      End: () => step(shown.length),
      ArrowRight: () => {
        if (children.length > 0 && !open) onFold(item.object);
        else if (children.length > 0) step(1);
      },
      ArrowLeft: () => {
        if (children.length > 0 && open) onFold(item.object);
        else go(item.treeParent ?? undefined);
      },
      ' ': () => {
        if (!event.shiftKey) selection.toggle([item.object]);
        else
          selection.toggle(
            [item.object, ...below(rows, item.object)].filter((name) => isOffered(items, name)),
          );
      },
      '*': () => setClosed(new Set()),
      Enter: () =>
        table.current
          ?.querySelector<HTMLAnchorElement>(`[data-object="${CSS.escape(item.object)}"] a`)
          ?.click(),
    };
    const act = keys[event.key];
    if (act) act();
    else if (/^[a-z]$/i.test(event.key)) goByName(event.key);
    else return;
    event.preventDefault();
  };
  const goByName = (letter: string): void => {
    const now = Date.now();
    const text = (now - typed.current.at < 800 ? typed.current.text : '') + letter.toLowerCase();
    typed.current = { text, at: now };
    const at = shown.findIndex(({ item }) => item.object === current);
    const from = text.length === 1 ? at + 1 : at;
    const order = [...shown.slice(from), ...shown.slice(0, from)];
    go(order.find(({ item }) => item.object.toLowerCase().startsWith(text))?.item.object);
  };

  return (
    <table
      ref={table}
      role="treegrid"
      aria-label="Objects"
      className="table table--stack tree"
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr role="row">
          <th role="columnheader" className="tree__tick">
            <TickAll label="All objects" state={selection.all} onToggle={selection.toggleAll} />
          </th>
          <th role="columnheader">Object</th>
          <th role="columnheader" className="wide tree__last">
            Last Resync
          </th>
          <th role="columnheader" className="wide number tree__processed">
            Results
          </th>
          <th role="columnheader" className="wide number tree__errors">
            <span className="hidden">Errors</span>
          </th>
          <th role="columnheader" className="tree__status">
            <span className="wide">Status</span> <LegendButton />
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => {
          const { object } = row.item;
          const box = selection.boxOf(object);
          return (
            <ObjectRow
              key={object}
              row={row}
              boxState={box.state}
              neededBy={box.state === 'needed' ? box.by.join(', ') : ''}
              open={!closed.has(object)}
              focused={object === current}
              mayReadErrors={mayReadErrors}
              onToggle={onToggle}
              onFold={onFold}
              onFocus={setFocus}
            />
          );
        })}
      </tbody>
    </table>
  );
}

function isOffered(items: readonly TableObject[], name: string): boolean {
  return items.some(({ object, notOffered }) => object === name && notOffered === null);
}

/** Names of objects that are found, and of all that they stand below. */
function withAbove(
  items: readonly TableObject[],
  parents: ReadonlyMap<string, string | null>,
  find: string,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { object, label } of items) {
    if (!`${object} ${label}`.toLowerCase().includes(find.toLowerCase())) continue;
    for (let name: string | null | undefined = object; name; name = parents.get(name)) found.add(name);
  }
  return found;
}
