import { channel } from 'node:diagnostics_channel';
import type { DatabaseSide } from './errors';

/** Bytes that one use of a connection moved. */
export interface Traffic {
  readonly side: DatabaseSide;
  readonly read: number;
  readonly written: number;
}

/** Name of the diagnostics channel on which every use of a connection is told as Traffic. */
export const trafficChannel = 'resync:traffic';

const told = channel(trafficChannel);

interface Socket {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Watches one use of the driver's connection. @returns what tells of it, once, at its end */
export function watchTraffic(side: DatabaseSide, connection: object): () => void {
  const socket = (connection as { readonly stream?: Socket }).stream;
  if (!told.hasSubscribers || socket === undefined) return () => undefined;
  const { bytesRead, bytesWritten } = socket;
  return () =>
    told.publish({
      side,
      read: Math.max(0, socket.bytesRead - bytesRead),
      written: Math.max(0, socket.bytesWritten - bytesWritten),
    } satisfies Traffic);
}
