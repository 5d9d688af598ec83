/** Records whose identity at the district and at the state no longer go together. Pure. */

/**
 * `RENUMBERED`: the district gave the record another key. `IDENTITY_CHANGED`: it gave it another
 * GUID. `HELD_BY_DISTRICT`: another district's record has the GUID at the state.
 */
export const identityCodes = ['RENUMBERED', 'IDENTITY_CHANGED', 'HELD_BY_DISTRICT'] as const;
export type IdentityCode = (typeof identityCodes)[number];

/** How a person of the state resolves one. */
export const identityActions = ['carryKey', 'takeGuid', 'release'] as const;
export type IdentityAction = (typeof identityActions)[number];

const actions: Readonly<Record<IdentityCode, IdentityAction>> = {
  RENUMBERED: 'carryKey',
  IDENTITY_CHANGED: 'takeGuid',
  HELD_BY_DISTRICT: 'release',
};

/** The one way out of a conflict. */
export function actionFor(code: IdentityCode): IdentityAction {
  return actions[code];
}

/** What a resolution changes at the state: records by object. */
export interface IdentityChange {
  readonly object: string;
  readonly records: number;
}
