/** The local stack could not be made or started; the message says what to do. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
