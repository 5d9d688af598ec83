import { parseConfig } from '../src/config';
import { catalogOf } from '../src/deployment';

const url = 'mysql://resync@127.0.0.1/x';
const config = (years: object) =>
  parseConfig(
    {
      stateDatabaseUrl: url,
      controlDatabaseUrl: url,
      districts: [{ id: 'd', number: 1, name: 'D', schoolYear: 2027, databaseUrl: url, ...years }],
    },
    { env: {} },
  );

test('a list for the previous or next year with an object it can’t have stops the start, by name', () => {
  expect(catalogOf(config({ previousYear: { objects: ['Calendar'] } })).objects).toHaveLength(62);
  const bad = config({ previousYear: { objects: ['School'] }, nextYear: { objects: ['Calender'] } });
  expect(() => catalogOf(bad)).toThrow(/School is not tied to a school year[^]*no object "Calender"/);
  const misspelled = config({ objects: { disabled: ['Calender'], enabled: ['Evaluation'] } });
  expect(() => catalogOf(misspelled)).toThrow(/d, objects\.disabled: there is no object "Calender"/);
  expect(() => config({ nextYear: { objects: [] } })).toThrow(/nextYear/);
});
