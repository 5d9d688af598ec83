import { districtWrites } from './district-writes';
import type { FaultKind } from './kind';
import { connectionsKilled, diskFull, idleClosed, packetLowered, readOnly, shortWait } from './limits';
import { deadlocks, lockHeld } from './locks';
import { connectionCut, networkSlow, networkStalled } from './network';
import { apiKilled, workerFrozen, workerKilled } from './processes';
import { cancelled, objectCancelled, paused } from './requests';
import { columnAway, schemaChanged } from './schema';
import { serversKilled } from './servers';

/** Every kind that strikes while a run is under way. */
export const faultKinds: readonly FaultKind[] = [
  workerKilled,
  workerFrozen,
  apiKilled,
  ...serversKilled,
  connectionCut,
  networkSlow,
  networkStalled,
  deadlocks,
  lockHeld,
  readOnly,
  diskFull,
  idleClosed,
  connectionsKilled,
  shortWait,
  packetLowered,
  schemaChanged,
  columnAway,
  districtWrites,
  paused,
  cancelled,
  objectCancelled,
];
