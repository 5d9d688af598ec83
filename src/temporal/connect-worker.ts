/** The worker's connection, apart: it loads the SDK's native part, which the API doesn't need. */
import { NativeConnection } from '@temporalio/worker';
import { connectionOptions, noConnection } from './connect';
import type { TemporalServer } from './server';

/** @throws NoTemporalError */
export async function nativeConnection(server: TemporalServer): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(connectionOptions(server));
  } catch (error) {
    throw await noConnection(server, error);
  }
}
