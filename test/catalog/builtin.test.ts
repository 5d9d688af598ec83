import seed from './specified-objects.json';
import { builtinCatalog } from '../../src/catalog/builtin';
import { loadCatalog } from '../../src/catalog/load';
import { requireObject } from '../../src/domain/catalog';

const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('the built-in catalog', () => {
  it('has the specification’s 62 objects, each once, and passes the checks of any catalog', () => {
    expect(builtinCatalog.objects).toHaveLength(62);
    expect(sorted(builtinCatalog.objects.map(({ name }) => name))).toEqual(
      sorted(seed.objects.map(({ name }) => name)),
    );
    expect(loadCatalog().objects).toHaveLength(62);
  });

  it.each(seed.objects.map((object) => [object.name, object] as const))(
    '%s has the parents, soft parents, year tie, state and default the specification’s reading gives it',
    (name, stated) => {
      const object = requireObject(builtinCatalog, name);
      const isTied =
        stated.schoolYearTied === 'guess'
          ? 'schoolYearTiedGuess' in stated && stated.schoolYearTiedGuess
          : stated.schoolYearTied;
      expect({
        parents: sorted(object.parents),
        softParents: sorted(object.softParents),
        isTied: object.schoolYear !== null,
        states: object.states,
        enabledByDefault: object.enabledByDefault,
      }).toEqual({
        parents: sorted(stated.recommendedParents),
        softParents: sorted(stated.recommendedSoftParents),
        isTied,
        states: stated.stateSpecific === null ? null : [stated.stateSpecific],
        enabledByDefault: stated.enabledByDefault,
      });
    },
  );

  it('needs at the state only what Check dependencies marks, by the parent’s whole key', () => {
    for (const object of builtinCatalog.objects) {
      for (const reference of object.references) {
        expect(object.parents).toContain(reference.object);
        expect(reference.parentColumns).toEqual(requireObject(builtinCatalog, reference.object).key);
      }
    }
  });

  it('forbids state-excluded calendars, grade levels and enrollments, and of test scores those the specification names', () => {
    const requirements = requireObject(builtinCatalog, 'TestScore').exclusions.map(({ code }) => code);
    expect(requirements).toEqual([
      'TEST_WITHOUT_CODE',
      'TEST_NOT_PUBLISHED',
      'SCORE_WITHOUT_DATE_OR_YEAR',
      'SCORE_OUTSIDE_YEAR',
      'TEST_LOCKED',
      'STUDENT_NOT_ENROLLED',
    ]);
    const excluding = builtinCatalog.objects.filter(
      ({ name, exclusions }) => exclusions.length > 0 && name !== 'TestScore',
    );
    expect(sorted(excluding.map(({ name }) => name))).toEqual([
      'Calendar',
      'Enrollment',
      'StructureGradeLevel',
    ]);
    for (const { exclusions } of excluding) {
      expect(exclusions.map(({ when }) => when)).toEqual([{ column: 'stateExclude', equals: 1 }]);
    }
  });
});
