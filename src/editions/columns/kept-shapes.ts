import type { Edition } from '../connection/pools';
import { readAllShapes, type ShapeReader, type TableShape } from './table-shape';

/** A schema that changed in the middle of a long run is seen after this long at the latest. */
const keptMs = 60_000;
/** Runs of one district at a time: its school years, and what is read beside them. */
const keptReadings = 4;

interface Reading {
  readonly readAt: number;
  readonly shapes: Promise<ReadonlyMap<string, TableShape>>;
}

const readings = new WeakMap<Edition, Map<string, Reading>>();

/**
 * A reader that reads an edition's whole schema once for all objects of a run, instead of four
 * statements for each table they and their parents have: with many small objects that is most of
 * what a run asks.
 * @param name of the reading: what must not see an older schema takes a name of its own, as a run
 *   does with its id and epoch
 */
export function keptShapes(name: string): ShapeReader {
  return async (edition, table) => {
    const shapes = await reading(edition, name);
    return shapes.get(table) ?? inOtherCase(shapes, table);
  };
}

function reading(edition: Edition, name: string): Promise<ReadonlyMap<string, TableShape>> {
  const kept = readings.get(edition) ?? new Map<string, Reading>();
  readings.set(edition, kept);
  const known = kept.get(name);
  if (known !== undefined && performance.now() - known.readAt < keptMs) return known.shapes;
  const shapes = readAllShapes(edition);
  kept.delete(name);
  kept.set(name, { readAt: performance.now(), shapes });
  for (const oldest of [...kept.keys()].slice(0, -keptReadings)) kept.delete(oldest);
  shapes.catch(() => kept.delete(name));
  return shapes;
}

/** Servers with lower_case_table_names find a table by any spelling. */
function inOtherCase(shapes: ReadonlyMap<string, TableShape>, table: string): TableShape | null {
  const wanted = table.toLowerCase();
  const alike = [...shapes.values()].filter((shape) => shape.table.toLowerCase() === wanted);
  return alike.length === 1 ? alike[0]! : null;
}
