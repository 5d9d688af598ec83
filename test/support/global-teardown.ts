import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stopStack } from '../../src/stack/stack';
import { endPrivateServers } from './private-server';
import { leaveStack } from './stack-users';

/**
 * Stops the shared servers if a test started them and no other run uses them; RESYNC_TEST_KEEP=1
 * leaves them.
 */
export default async function stopTestStack(): Promise<void> {
  const dir = join(__dirname, '..', '..', '.stack-test');
  if (!existsSync(dir) || !leaveStack(dir) || process.env['RESYNC_TEST_KEEP'] === '1') return;
  await stopStack(dir);
  await endPrivateServers();
}
