import { KeptReadings } from '../connection/kept-readings';
import type { Edition } from '../connection/pools';
import { readAllShapes, type ShapeReader, type TableShape } from './table-shape';

const readings = new KeptReadings<Promise<ReadonlyMap<string, TableShape>>>();

/**
 * A reader that reads an edition's whole schema once for all objects of a run, instead of four
 * statements for each table they and their parents have: with many small objects that is most of
 * what a run asks.
 * @param name of the reading (KeptReadings)
 */
export function keptShapes(name: string): ShapeReader {
  return async (edition, table) => {
    const shapes = await reading(edition, name);
    return shapes.get(table) ?? inOtherCase(shapes, table);
  };
}

function reading(edition: Edition, name: string): Promise<ReadonlyMap<string, TableShape>> {
  return readings.get(edition, name, () => {
    const shapes = readAllShapes(edition);
    shapes.catch(() => readings.forget(edition, name));
    return shapes;
  });
}

/** Servers with lower_case_table_names find a table by any spelling. */
function inOtherCase(shapes: ReadonlyMap<string, TableShape>, table: string): TableShape | null {
  const wanted = table.toLowerCase();
  const alike = [...shapes.values()].filter((shape) => shape.table.toLowerCase() === wanted);
  return alike.length === 1 ? alike[0]! : null;
}
