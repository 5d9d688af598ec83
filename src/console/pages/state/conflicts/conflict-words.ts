import type { IdentityConflict } from '../../../api/answers';

export const conflictNames: Record<string, string> = {
  RENUMBERED: 'The state has it under another key',
  IDENTITY_CHANGED: 'The state has another GUID under this key',
  HELD_BY_DISTRICT: 'Another district has it at the state',
};

export const actionNames: Record<IdentityConflict['action'], string> = {
  carryKey: 'Carry the key over',
  takeGuid: 'Take the GUID over',
  release: 'Release the record',
};
