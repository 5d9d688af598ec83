/** A server of the stack that a test may kill and start again. */
export interface ServerHandle {
  /**
   * Null while it does not run, or when the server is not ours (given by an environment variable).
   */
  readonly pid: number | null;
  /** SIGKILL: as by a power cut. Resolves once the process is gone. */
  kill(): Promise<void>;
  /**
   * Starts it again on the same port and data; resolves when it answers. Does nothing when it runs.
   */
  start(): Promise<void>;
}
