import { builtinCatalog } from '../../src/catalog/builtin';
import { schoolPath } from '../../src/domain/school-path';
import { syncObject } from './catalogs';

const namesOf = (name: string, catalog = builtinCatalog): string[] | null =>
  schoolPath(catalog, name)?.map(({ reference }) => reference.object) ?? null;

const to = (object: string) => ({ object, columns: [`${object}ID`], parentColumns: [`${object}ID`] });

describe('the way from a record to its school', () => {
  it('is the shortest chain of references, none for a school, and null where none leads there', () => {
    expect(namesOf('School')).toEqual([]);
    expect(namesOf('Calendar')).toEqual(['School']);
    expect(namesOf('Enrollment')).toEqual(['StructureGradeLevel', 'ScheduleStructure', 'Calendar', 'School']);
    expect(namesOf('PersonIdentity')).toBeNull();
    expect(namesOf('District')).toBeNull();
    expect(namesOf('NoSuchObject')).toBeNull();
  });

  it('takes the first named of two equally short ones, and ends where references go round', () => {
    const objects = [
      syncObject('School'),
      syncObject('Near', { references: [to('School')] }),
      syncObject('Other', { references: [to('School')] }),
      syncObject('Twice', { references: [to('Other'), to('Near')] }),
      syncObject('Round', { references: [to('Circle')] }),
      syncObject('Circle', { references: [to('Round')] }),
    ];
    expect(namesOf('Twice', { name: 'ways', objects })).toEqual(['Other', 'School']);
    expect(namesOf('Round', { name: 'ways', objects })).toBeNull();
  });

  it('ends at an object with a column of its own for the school', () => {
    const objects = [
      syncObject('Room', { schoolColumn: 'building' }),
      syncObject('Seat', { references: [to('Room')] }),
    ];
    expect(namesOf('Seat', { name: 'ways', objects })).toEqual(['Room']);
    expect(namesOf('Room', { name: 'ways', objects })).toEqual([]);
  });
});
