import { builtinCatalog } from '../../src/catalog/builtin';
import { treeParents } from '../../src/domain/tree';

test('an object stands below the parent with the longest way up', () => {
  const above = treeParents(builtinCatalog.objects);
  expect(above.get('Roster')).toBe('Enrollment');
  expect(above.get('TestScore')).toBe('Test');
  expect(above.get('School')).toBe('District');
  expect(above.has('District')).toBe(false);
});

test('a parent that isn’t shown leaves the object at the top, and the first of equal ones is taken', () => {
  const above = treeParents([
    { name: 'A', parents: [] },
    { name: 'B', parents: [] },
    { name: 'C', parents: ['Hidden', 'B', 'A'] },
    { name: 'D', parents: ['Hidden'] },
  ]);
  expect([...above]).toEqual([['C', 'A']]);
});
