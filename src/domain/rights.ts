/**
 * Tool rights: what a principal may do, tool by tool. A right on a tool is to view and run it, as
 * the specification's rights article has it; `resyncView` is to view resyncs without running any.
 * Of Selective Sync that article knows three: to view it (R), to use it (W), to delete its history
 * (D).
 * What only the state may do is said by level beside it.
 */
export const toolRights = [
  'resyncBatch',
  'resyncView',
  'selectiveSync',
  'selectiveSyncView',
  'selectiveSyncDelete',
  'verificationSummary',
  'stateRequest',
  'processAlerts',
  'fieldSettings',
  'agents',
  'errorLog',
  'administration',
] as const;

export type ToolRight = (typeof toolRights)[number];

export const levels = ['district', 'state'] as const;

/**
 * `district`: sees and does only what belongs to its districts. `state`: all, or the districts
 * named.
 */
export type Level = (typeof levels)[number];

/**
 * What a principal may see and do: its level, and its districts (`null`, only at state level: all).
 */
export interface PrincipalScope {
  readonly level: Level;
  readonly districts: readonly string[] | null;
}

/**
 * Rights a principal of the level may have. A district never has the tool by which the state asks
 * districts.
 */
export function rightsOfLevel(level: Level): readonly ToolRight[] {
  return level === 'state' ? toolRights : toolRights.filter((right) => right !== 'stateRequest');
}

/**
 * Rights of a new principal for which none are named: all of its level but those to view, which
 * those to run have in them, and to delete a history; in a district without administration.
 */
export function rightsByDefault(level: Level): readonly ToolRight[] {
  const all = rightsOfLevel(level).filter((right) => !neverByDefault.includes(right));
  return level === 'state' ? all : all.filter((right) => right !== 'administration');
}

const neverByDefault: readonly ToolRight[] = ['resyncView', 'selectiveSyncView', 'selectiveSyncDelete'];

/** Who may only view a tool reads what who runs it reads. */
export const viewRights: Readonly<Partial<Record<ToolRight, ToolRight>>> = {
  resyncBatch: 'resyncView',
  selectiveSync: 'selectiveSyncView',
};

/** What somebody limited to schools may have: all other tools look at a district as a whole. */
export const rightsOfSchools: readonly ToolRight[] = ['errorLog'];

/**
 * @returns which of the names are rights that the level may have, in the order of the list; others
 * are left out
 */
export function effectiveRights(level: Level, names: readonly string[]): readonly ToolRight[] {
  return rightsOfLevel(level).filter((right) => names.includes(right));
}

/**
 * May `who`, having administration, see and change `whom`? Never above its own level, never beyond
 * its districts. Who has no district at all (another issuer's claims can say so) belongs to the
 * whole state.
 */
export function covers(who: PrincipalScope, whom: PrincipalScope): boolean {
  if (who.level === 'district' && whom.level === 'state') return false;
  if (who.districts === null) return who.level === 'state';
  const own = who.districts;
  return (whom.districts?.length ?? 0) > 0 && whom.districts!.every((district) => own.includes(district));
}
