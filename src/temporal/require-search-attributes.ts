import { isGrpcServiceError } from '@temporalio/client';
import { withTemporal } from './connect';
import { missingSearchAttributes } from './search-attributes';
import type { TemporalServer } from './server';

/** The namespace lacks search attributes; the message names them and what adds them. */
export class MissingSearchAttributes extends Error {
  override readonly name = 'MissingSearchAttributes';
  constructor(namespace: string, missing: readonly string[]) {
    super(
      `Temporal's namespace ${namespace} lacks the search attributes ${missing.join(', ')}: "resync setup" adds them, and a workflow that sets one gets stuck without`,
    );
  }
}

/**
 * Keeps a worker from taking workflows that would get stuck. An account that may not even count
 * workflows is let by: doctor, with more rights, tells what is missing.
 * @throws MissingSearchAttributes, NoTemporalError
 */
export async function requireSearchAttributes(
  temporal: TemporalServer & { readonly namespace: string },
): Promise<void> {
  const { namespace } = temporal;
  const missing = await withTemporal(temporal, (connection) =>
    missingSearchAttributes(connection, namespace).catch((error: unknown) => {
      if (isGrpcServiceError(error)) return [];
      throw error;
    }),
  );
  if (missing.length > 0) throw new MissingSearchAttributes(namespace, missing);
}
