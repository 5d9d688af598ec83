import { readVerificationHead } from './read';
import { insertVerification } from './store';
import type { VerificationRequest } from '../../domain/verification';
import { startComparison } from './workflow-client';
import type { ApiContext } from '../../http/context';
import type { z } from 'zod';
import type * as schemas from './schemas';

/**
 * Stored first, then started: what was accepted is never lost. Safe to repeat with the same
 * idempotency key.
 */
export async function startVerification(
  { control, temporal }: ApiContext,
  request: VerificationRequest,
  idempotencyKey: string | null,
): Promise<z.output<typeof schemas.verificationAccepted>> {
  const { request: stored, created } = await insertVerification(control, request, idempotencyKey);
  await startComparison(temporal, stored);
  const { status } = await readVerificationHead(control, stored.verificationId);
  return { verificationId: stored.verificationId, status, replayed: !created };
}
