import { CancellationScope, isCancellation, log, rootCause } from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import type { VerificationRequest } from '../src/domain/verification';
import { type VerifiedResyncKind, ownVerificationId } from '../src/domain/verified-resync';
import { compareAll } from './comparison';
import { selectDrifted, finishVerification, noteStatus, openVerification } from './activities';
import type { PauseGate } from './pause-gate';
import type { RunProgress } from './run-progress';

/** The run that is verified: its pause gate, its progress, and how it sends objects. */
interface VerifiedRun {
  readonly gate: PauseGate;
  readonly progress: RunProgress;
  /** Plans and sends these objects, and no others. */
  readonly send: (objects: readonly string[]) => Promise<void>;
}

/**
 * Compares what was asked for, sends only what drifted, and compares again (docs/decisions/0018).
 * Held like any other work of the run: at the boundary of an object while it compares.
 * @returns the verification whose verdict gives the run its color: the second, or the first when
 * nothing had to be sent
 * @throws what kept a verification from being made; the cancellation
 */
export async function verifiedResync(request: ResyncRequest, run: VerifiedRun): Promise<string> {
  const { resyncId } = request;
  await run.gate.whenOpen(() => noteStatus({ resyncId, status: 'running', sequence: run.gate.nextNote() }));
  const before = await verify(request, 'beforeResync', run);
  const objects = await run.gate.whenOpen(() => selectDrifted({ resyncId, verificationId: before }));
  if (objects.length === 0) return before;
  await run.send(objects);
  return verify(request, 'afterResync', run);
}

/** A verification like any other, within the run. */
async function verify(
  request: ResyncRequest,
  kind: VerifiedResyncKind,
  { gate, progress }: Pick<VerifiedRun, 'gate' | 'progress'>,
): Promise<string> {
  const { resyncId, districtId, schoolYear, objects, checkDependencies, initiator, requestedBy } = request;
  const verificationId = ownVerificationId(resyncId, kind);
  const asked: VerificationRequest = {
    verificationId,
    districtId,
    schoolYear,
    objects,
    checkDependencies,
    initiator,
    requestedBy,
    kind,
    resyncId,
  };
  const remark = progress.remark;
  const tell = (text: string): void => {
    progress.remark = `${kind === 'beforeResync' ? 'Verifies before sending' : 'Verifies what was sent'}${text}`;
    progress.tell();
  };
  tell('.');
  try {
    const plan = await gate.whenOpen(() => openVerification(asked));
    await compareAll(asked, plan, {
      whenOpen: (work) => gate.whenOpen(work),
      together: false,
      tell: (done, waitsFor) => tell(`: ${done} of ${plan.objects.length} compared. ${waitsFor ?? ''}`),
    });
  } catch (error) {
    const cancelled = isCancellation(error);
    const by = gate.cancelledBy ?? 'an operator in Temporal';
    const message = cancelled ? `Cancelled by ${by}.` : (rootCause(error) ?? 'The verification gave up.');
    const status = cancelled ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(async () => {
      try {
        await finishVerification({ verificationId, status, message });
      } catch (other) {
        // It may never have been stored; how the run ends is told by what stopped it.
        log.warn('A verification of the run could not be closed.', { verificationId, error: String(other) });
      }
    });
    throw error;
  }
  await finishVerification({ verificationId, status: 'finished', message: null });
  progress.remark = remark;
  return verificationId;
}
