/**
 * What an operator puts before Temporal: TLS, a client certificate where it is demanded, and an API
 * key. Calls that are let in go on to the real server.
 */
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates';

interface GateOptions {
  readonly certificate: Certificate;
  /** Whose client certificates are demanded; absent: nobody's. */
  readonly clientsOf?: string;
  readonly apiKey?: string;
}

export class TemporalGate {
  /** Paths of the calls that were let in. */
  readonly calls: string[] = [];
  /** Paths that are refused as an operator without that right is. */
  readonly forbidden = new Set<string>();
  private readonly upstream;
  private readonly sessions = new Set<ServerHttp2Session>();

  private constructor(
    private readonly server: Http2SecureServer,
    temporalAddress: string,
    private readonly apiKey: string | undefined,
  ) {
    this.upstream = connect(`http://${temporalAddress}`);
    server.on('session', (session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
    server.on('stream', (stream, headers) => this.pass(stream, headers));
  }

  static async start(
    temporalAddress: string,
    { certificate, clientsOf, apiKey }: GateOptions,
  ): Promise<TemporalGate> {
    const server = createSecureServer({
      cert: readFileSync(certificate.cert),
      key: readFileSync(certificate.key),
      ...(clientsOf === undefined
        ? {}
        : { ca: readFileSync(clientsOf), requestCert: true, rejectUnauthorized: true }),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TemporalGate(server, temporalAddress, apiKey);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions) session.destroy();
    this.upstream.destroy();
    await closed;
  }

  private pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => {});
    const path = String(headers[':path']);
    if (this.apiKey !== undefined && headers.authorization !== `Bearer ${this.apiKey}`)
      return refuse(stream, 16);
    if ([...this.forbidden].some((part) => path.includes(part))) return refuse(stream, 7);
    this.calls.push(path);
    const call = this.upstream.request(headers);
    let trailers: IncomingHttpHeaders = {};
    call.on('response', (answer, flags) => {
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (!stream.closed) stream.respond(answer, endStream ? { endStream } : { waitForTrailers: true });
    });
    call.on('trailers', (found: IncomingHttpHeaders) => (trailers = found));
    call.on('error', () => stream.close());
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('close', () => call.close());
    stream.pipe(call);
    call.pipe(stream);
  }
}

/** An answer of gRPC that is nothing but its status. */
function refuse(stream: ServerHttp2Stream, status: number): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) },
    { endStream: true },
  );
}
