import { toolRights, type ToolRight } from '../../../../domain/rights';

/** Rights by the names of their tools. */
export const rightNames: Record<ToolRight, string> = {
  resyncBatch: 'Batch',
  resyncView: 'View resyncs',
  selectiveSync: 'Selective',
  selectiveSyncView: 'View selective',
  selectiveSyncDelete: 'Delete selective history',
  verificationSummary: 'Verification',
  stateRequest: 'State requests',
  processAlerts: 'Alerts',
  fieldSettings: 'Field settings',
  agents: 'Agents',
  errorLog: 'Error log',
  administration: 'Administration',
};

export const allRights: readonly ToolRight[] = toolRights;
