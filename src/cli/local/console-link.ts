/** The web console of this machine's service: built when its sources changed, and a link to it. */
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openControl } from '../../control/database';
import { makeSignInCode } from '../../features/access/session-store';
import { progress } from './stack-verb';

const builder = join(__dirname, '..', '..', 'console', 'build.mjs');

/**
 * From a checkout: builds the console unless its bundle is of the present sources. A build or image
 * has its bundle already. A failure leaves the API without its pages, and says so.
 */
export function buildConsoleIfChanged(): void {
  if (!existsSync(builder)) return;
  try {
    execFileSync(process.execPath, [builder, '--if-changed'], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch {
    progress('The console could not be built: "npm run build:console" says why. The API works without it.');
  }
}

/** A link that signs in once, within five minutes, as the owner of the token. */
export async function signInLink(
  url: string,
  { token, controlDatabaseUrl }: { readonly token: string; readonly controlDatabaseUrl: string },
): Promise<string> {
  const control = openControl(controlDatabaseUrl);
  try {
    const [, tokenId = ''] = token.split('_');
    return `${url}/sign-in#code=${await makeSignInCode(control, tokenId)}`;
  } finally {
    await control.destroy();
  }
}
