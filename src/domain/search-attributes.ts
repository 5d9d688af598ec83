/**
 * What an operator filters workflows by in Temporal Web; `resync up` and `doctor` register these.
 */
export const searchAttributes = {
  ResyncDistrict: 'KEYWORD',
  ResyncSchoolYear: 'INT',
  ResyncInitiator: 'KEYWORD',
  ResyncScenario: 'KEYWORD',
  ResyncStatus: 'KEYWORD',
} as const;

/** A key as Temporal's SDK takes it. Built here as plain data: src/domain imports no SDK. */
interface AttributeKey<Name extends keyof typeof searchAttributes> {
  readonly name: Name;
  readonly type: (typeof searchAttributes)[Name];
}

const keyOf = <Name extends keyof typeof searchAttributes>(name: Name): AttributeKey<Name> => ({
  name,
  type: searchAttributes[name],
});

/** The keys of the table, by what they hold. */
export const attributeKeys = {
  district: keyOf('ResyncDistrict'),
  schoolYear: keyOf('ResyncSchoolYear'),
  initiator: keyOf('ResyncInitiator'),
  scenario: keyOf('ResyncScenario'),
  status: keyOf('ResyncStatus'),
} as const;
