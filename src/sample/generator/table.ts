import type { DistrictFrame, Student } from './frame';
import type { Random } from './random';
import type { Row } from './values';

/** How the records of one object come about. A table's random numbers are its own. */
export interface GeneratedTable {
  readonly object: string;
  readonly rows: (frame: DistrictFrame, random: Random) => Iterable<Row>;
}

interface PerStudent {
  readonly object: string;
  readonly key: string;
  /** One student of so many has records. */
  readonly every: number;
  /** Records such a student has; 1 when left out. */
  readonly count?: number;
  /**
   * Whether records belong to the person or to the year's enrollment, whose numbers are the same.
   */
  readonly of: 'personID' | 'enrollmentID';
  readonly row: (random: Random, at: { frame: DistrictFrame; student: Student; n: number }) => Row;
}

/** A table whose records hang on students. Keys count up from 1, so that the load appends. */
export function perStudent({ object, key, every, count = 1, of, row }: PerStudent): GeneratedTable {
  return {
    object,
    *rows(frame, random) {
      let next = 1;
      // The first student of each `every` has the records, so that no district is too small for a
      // table.
      for (let id = 1; id <= frame.students; id += every) {
        const student = frame.student(id);
        for (let n = 0; n < count; n++) {
          yield { [key]: next++, [of]: id, ...row(random, { frame, student, n }) };
        }
      }
    },
  };
}
