import { endYear, syncObject, to } from './entry';

/** Behavior incidents and their code tables. */
export const behaviorObjects = [
  syncObject({
    name: 'BehaviorType',
    label: 'Behavior type',
    key: ['behaviorTypeID'],
    parents: ['School'],
    references: [to('School', 'schoolID')],
    schoolYear: endYear,
  }),
  syncObject({
    name: 'BehaviorResolutionType',
    label: 'Behavior resolution type',
    key: ['behaviorResolutionTypeID'],
    parents: ['School'],
    references: [to('School', 'schoolID')],
    schoolYear: endYear,
  }),
  syncObject({
    name: 'BehaviorResponseType',
    label: 'Behavior response type',
    key: ['behaviorResponseTypeID'],
    parents: ['School'],
    references: [to('School', 'schoolID')],
    schoolYear: endYear,
  }),
  syncObject({
    name: 'Behavior',
    label: 'Behavior',
    key: ['behaviorID'],
    parents: ['PersonIdentity'],
    softParents: ['BehaviorType', 'BehaviorResolutionType', 'BehaviorResponseType'],
    references: [to('PersonIdentity', 'personID')],
    schoolYear: endYear,
  }),
];
