import { syncObject, to } from './entry';

/** Employment. */
export const staffObjects = [
  syncObject({
    name: 'Employment',
    label: 'Employment',
    key: ['employmentID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'EmploymentAssignment',
    label: 'Employment assignment',
    key: ['employmentAssignmentID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'EmploymentBackground',
    label: 'Employment background',
    key: ['employmentBackgroundID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'EmploymentCredential',
    label: 'Employment credential',
    key: ['employmentCredentialID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
];
