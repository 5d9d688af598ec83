/** Certificates of a test's own, made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a certificate and its private key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority with a folder of its own, and what it signs. */
export class Authority {
  readonly folder: string;
  /** Its own certificate. */
  readonly ca: string;
  private made = 0;

  constructor(readonly name: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'resync-tls-'));
    this.ca = join(this.folder, 'ca.pem');
    openssl([
      ...['req', '-x509', '-days', '2', ...ec, '-subj', `/CN=${name}`],
      ...['-keyout', join(this.folder, 'ca-key.pem'), '-out', this.ca],
    ]);
  }

  /** @param names as in a certificate: `DNS:localhost`, `IP:127.0.0.1` */
  sign(names: readonly string[], { expired = false } = {}): Certificate {
    this.made += 1;
    const file = (end: string): string => join(this.folder, `${this.made}${end}`);
    const [key, request, cert, extensions] = ['-key.pem', '.csr', '.pem', '.ext'].map(file) as [
      string,
      string,
      string,
      string,
    ];
    openssl([
      'req',
      '-new',
      ...ec,
      '-subj',
      `/CN=${this.name} ${this.made}`,
      '-keyout',
      key,
      '-out',
      request,
    ]);
    writeFileSync(extensions, names.length === 0 ? '' : `subjectAltName=${names.join(',')}\n`);
    openssl([
      ...['x509', '-req', '-in', request, '-CA', this.ca, '-CAkey', join(this.folder, 'ca-key.pem')],
      ...['-days', expired ? '-1' : '2', '-CAcreateserial', '-extfile', extensions, '-out', cert],
    ]);
    return { cert, key };
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
