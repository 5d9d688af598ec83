import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openControl } from '../../control/database';
import { createToken, verifyToken } from '../../features/access/token-store';
import { auditLocally } from './local-audit';

/**
 * Lets the command line of this machine's user find and use a service that was just started: writes
 * its address to `<dir>/api.json` and, unless there is a usable one, a new token to `<dir>/token`,
 * readable by the owner only.
 * @returns the token
 * @throws ControlError
 */
export async function writeLocalAccess({
  dir,
  url,
  controlDatabaseUrl,
}: {
  dir: string;
  url: string;
  controlDatabaseUrl: string;
}): Promise<string> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'api.json'), `${JSON.stringify({ url })}\n`);
  const file = join(dir, 'token');
  const control = openControl(controlDatabaseUrl);
  try {
    const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (await verifyToken(control, known)) return known;
    const { token, tokenId, principalId } = await createToken(control, {
      name: 'local command line',
      level: 'state',
    });
    await auditLocally(control, {
      action: 'local access',
      target: `/principals/${principalId}/tokens/${tokenId}`,
    });
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    return token;
  } finally {
    await control.destroy();
  }
}
