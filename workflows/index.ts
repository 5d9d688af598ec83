/** Every workflow of the project, as the worker's bundle sees them. */
export { districtAgent } from './district-agent';
export { batchResync } from './batch-resync';
export { noticeDelivery } from './notice-delivery';
export { objectResync } from './object-resync';
export { stateRequest } from './state-request';
export { retention } from './retention';
export { scheduledResync } from './scheduled-resync';
export { recordLook, selectivePreview } from './selective';
export { identityResolution } from './identity';
export { districtAction } from './district-action';
export { districtImport } from './district-import';
export { certification } from './certification';
export { verification } from './verification';
export { syncEvent } from './sync-event';
