import { endYear, syncObject, to } from './entry';

/** Tests and scores. */
export const assessmentObjects = [
  syncObject({ name: 'Test', label: 'Test', key: ['testID'], parents: ['PersonIdentity'] }),
  syncObject({
    name: 'TestScore',
    label: 'Test score',
    key: ['testScoreID'],
    parents: ['PersonIdentity', 'Test'],
    references: [to('PersonIdentity', 'personID'), to('Test', 'testID')],
    schoolYear: endYear,
  }),
];
