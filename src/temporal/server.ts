/** How the server is reached; see TemporalSettings of the configuration. */
export interface TemporalServer {
  readonly address: string;
  /** Absent: the connection isn't encrypted. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  readonly apiKey?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}
