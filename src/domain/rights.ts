/**
 * Tool rights: what a principal may do, tool by tool. A right on a tool is R, view and run, as the seed's rights article
 * has it; what only the state may do is said by level beside it.
 */
export const toolRights = [
  'resyncBatch',
  'selectiveSync',
  'verificationSummary',
  'stateRequest',
  'processAlerts',
  'fieldSettings',
  'agents',
  'errorLog',
  'administration',
] as const;

export type ToolRight = (typeof toolRights)[number];
