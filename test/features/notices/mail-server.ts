import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Taken {
  readonly to: string[];
  readonly text: string;
}

/**
 * A real SMTP server; `refuse` gives the status with which a recipient is refused at the given
 * attempt.
 */
export async function mailServer(refuse: (address: string, attempt: number) => number | null = () => null) {
  const taken: Taken[] = [];
  const attempts: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      attempts.push(address);
      const status = refuse(address, attempts.filter((each) => each === address).length);
      done(status === null ? null : Object.assign(new Error('planted text'), { responseCode: status }));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        taken.push({
          to: envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    taken,
    attempts,
    settings: { url: `smtp://127.0.0.1:${port}`, from: 'resync@example.org' },
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}
