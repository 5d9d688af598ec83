import { z } from 'zod';
import { verificationAccepted } from '../verifications/schemas';
import { accepted } from './schemas';

/** What was started: the resync, or the verification that predicts it. */
export const resyncStarted = z.union([accepted, verificationAccepted]);
