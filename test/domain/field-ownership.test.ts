import { builtinCatalog } from '../../src/catalog/builtin';
import { requireObject } from '../../src/domain/catalog';
import { whyOwnerIsFixed, withSettings } from '../../src/domain/field-ownership';

const fixed = (object: string, field: string): string | null =>
  whyOwnerIsFixed(builtinCatalog, requireObject(builtinCatalog, object), field);

test.each([
  ['Enrollment', 'enrollmentID', 'records are matched by it'],
  ['Enrollment', 'guid', 'it is the record’s GUID'],
  ['Enrollment', 'districtID', 'it holds the district’s number'],
  ['Enrollment', 'endYear', 'it ties the record to its school year'],
  ['Enrollment', 'personID', 'it refers to PersonIdentity'],
  ['Enrollment', 'stateExclude', 'the rule STATE_EXCLUDED_ENROLLMENT reads it'],
  // Rules of TestScore, which read other objects' tables.
  ['Test', 'published', 'the rule TEST_NOT_PUBLISHED reads it'],
  ['TestScore', 'scoreDate', 'the rule SCORE_WITHOUT_DATE_OR_YEAR reads it'],
  ['Enrollment', 'endDate', 'the rule STUDENT_NOT_ENROLLED reads it'],
  ['PersonIdentity', 'stateID', 'the state gives each record its value'],
  ['Enrollment', 'grade', null],
  ['Calendar', 'name', null],
])('%s.%s: %s', (object, field, why) => {
  expect(fixed(object, field)).toBe(why);
});

test('a setting holds for the object and its parts, against the catalog’s word, and never for a field that is fixed', () => {
  const catalog = withSettings(builtinCatalog, [
    { object: 'PersonIdentity', field: 'gender', owner: 'state' },
    { object: 'PersonIdentity', field: 'personID', owner: 'state' },
    { object: 'Enrollment', field: 'grade', owner: 'district' },
    { object: 'Vanished', field: 'x', owner: 'state' },
  ]);
  for (const name of ['PersonIdentity', 'PersonIdentityNoStateIDOnly'])
    expect(requireObject(catalog, name).stateOwnedColumns).toEqual(['stateID', 'gender']);
  expect(requireObject(catalog, 'Enrollment').stateOwnedColumns).toEqual([]);
  expect(requireObject(catalog, 'School')).toBe(requireObject(builtinCatalog, 'School'));
});
