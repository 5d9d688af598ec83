/** The answer has been sent. */
export interface Sent {
  readonly sent: true;
}

/** What a handler returns that has sent its answer itself, as `sends` of its response announces. */
export const sent: Sent = { sent: true };
