import type { ResyncRequest } from './resync';
import { type Verdict, verdictOf, type VerificationKind, type VerifiedObject } from './verification';

/** A resync that compares, sends only what drifted, and compares again. docs/decisions/0018. */

/** The two verifications of such a resync. */
export type VerifiedResyncKind = Extract<VerificationKind, 'beforeResync' | 'afterResync'>;

/** Id of a resync's own verification, the same however often it is asked for. */
export function ownVerificationId(resyncId: string, kind: VerifiedResyncKind): string {
  return `${resyncId}-${kind === 'beforeResync' ? 'before' : 'after'}`;
}

/**
 * What the resync sends: the fewest objects that repair what one can, those with records only at
 * the state where these are to be removed, and those that could not be compared, so that they fail
 * where failures are looked for.
 * @param objects what was compared, in the order of the plan
 */
export function objectsToSend(
  objects: readonly VerifiedObject[],
  removals: ResyncRequest['removals'] = 'report',
): string[] {
  const objectsToResync = new Set(verdictOf(objects).objectsToResync);
  const selected = objects.filter(
    ({ object, status, counts }) =>
      objectsToResync.has(object) || status !== 'finished' || (removals === 'apply' && counts.extra > 0),
  );
  const cycles = new Set(selected.flatMap(({ cycle }) => cycle ?? []));
  return objects
    .filter((object) => selected.includes(object) || (object.cycle !== null && cycles.has(object.cycle)))
    .map(({ object }) => object);
}

/** Objects named in the message of a resync's end; the verification has them all. */
const namedObjects = 8;

/**
 * How the resync ends by its last verification: green only when it is equal, and otherwise what
 * still differs and what to do about it.
 * @param sent number of objects that were sent
 */
export function endOfVerifiedResync(
  objects: readonly VerifiedObject[],
  { verificationId, sent }: { readonly verificationId: string; readonly sent: number },
): { readonly color: 'green' | 'red'; readonly message: string } {
  const verdict = verdictOf(objects);
  const done = sent === 0 ? 'Nothing was sent' : `${sent} object(s) were sent`;
  if (verdict.equal) {
    const how = sent === 0 ? 'nothing had drifted' : 'verified equal';
    return { color: 'green', message: `${done}: ${how}, known exclusions apart.` };
  }
  const unlike = objects.filter((object) => howUnlike(object) !== '');
  const named = unlike.slice(0, namedObjects).map((object) => `${object.object} (${howUnlike(object)})`);
  const more = unlike.length > named.length ? ` and ${unlike.length - named.length} more` : '';
  return {
    color: 'red',
    message: `${done}, and the editions still differ: ${named.join(', ')}${more}. ${whatToDo(verdict, verificationId)}`,
  };
}

function howUnlike({ status, counts: { missing, different, extra } }: VerifiedObject): string {
  if (status !== 'finished') return 'not compared';
  return [
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(different > 0 ? [`${different} different`] : []),
    ...(extra > 0 ? [`${extra} only at the state`] : []),
  ].join(', ');
}

function whatToDo({ resyncNecessary, notResyncable, extra }: Verdict, verificationId: string): string {
  const steps = [
    ...(notResyncable > 0
      ? [`Mend the records that the errors and the samples of verification ${verificationId} name.`]
      : []),
    ...(extra > 0 ? ['Records only at the state go with removals "apply".'] : []),
    ...(resyncNecessary ? ['Records changed while it ran: send again.'] : []),
  ];
  return steps.length > 0 ? steps.join(' ') : `See verification ${verificationId}.`;
}
