import { alertCategories } from '../../domain/alert-categories';
import { type Color, errorsOf, type ObjectDoubt, processedOf, type RangeCounts } from '../../domain/outcome';
import type { ResyncRequest, ResyncStatus } from '../../domain/resync';
import type { NewAlert } from '../alerts/post';
import { schoolYearLabel } from '../../domain/school-year';

/**
 * The alerts of a resync's end. Of a state's request the state learns everything; the district only
 * that it has ended, under a name that doesn't tell how: it may not see into it (specification:
 * State-Initiated Resync Requests).
 * @param end what is stored of the run, `message` being words of ours without values
 */
export function alertsOfEnd(
  request: ResyncRequest,
  end: {
    readonly status: ResyncStatus;
    readonly color: Color;
    readonly message: string | null;
    readonly counts: RangeCounts;
  },
): NewAlert[] {
  const { resyncId, districtId, initiator } = request;
  const common = { category: alertCategories.resync, districtId, resyncId, right: 'resyncBatch' } as const;
  const full: NewAlert = {
    ...common,
    alertKey: `resync-ended:${resyncId}`,
    name: end.status === 'finished' ? 'Resync Completed' : 'Resync Incomplete',
    text: `${whatOf(request)} ${end.status === 'finished' ? outcomeText(end) : nextText(end)}`,
    level: initiator === 'state' ? 'state' : null,
  };
  if (initiator === 'district') return [full];
  const neutral: NewAlert = {
    ...common,
    alertKey: `resync-ended:${resyncId}:district`,
    name: 'State Resync Ended',
    text: `The resync ${resyncId} of ${districtId} that the state asked for has ended.`,
    level: 'district',
  };
  return [full, neutral];
}

const doubtNames: Readonly<Record<ObjectDoubt, string>> = {
  SHRUNK: 'Records Missing at the District',
  UPDATES_HELD: 'Mass Update Held',
};

/**
 * One alert for each object that a person has to look at. Of a state's request only the state is
 * told: the district may not see which objects it has.
 */
export function alertsOfDoubts(
  { resyncId, districtId, schoolYear, initiator }: ResyncRequest,
  objects: readonly {
    readonly objectName: string;
    readonly doubt: ObjectDoubt | null;
    readonly message: string | null;
  }[],
): NewAlert[] {
  return objects.flatMap(({ objectName, doubt, message }) =>
    doubt === null
      ? []
      : {
          category: alertCategories.resync,
          districtId,
          resyncId,
          right: 'resyncBatch',
          alertKey: `doubt:${resyncId}:${objectName}`,
          name: doubtNames[doubt],
          text: `${doubt}: ${message ?? objectName} Resync ${resyncId} of ${districtId}, ${schoolYearLabel(schoolYear)}.`,
          level: initiator === 'state' ? 'state' : null,
        },
  );
}

function whatOf({ resyncId, districtId, schoolYear, initiator }: ResyncRequest): string {
  const year = schoolYearLabel(schoolYear);
  return `Resync ${resyncId} of ${districtId}, ${year}${initiator === 'state' ? ', asked for by the state' : ''}:`;
}

function outcomeText({
  color,
  counts,
  message,
}: {
  color: Color;
  counts: RangeCounts;
  message: string | null;
}): string {
  const errors = errorsOf(counts);
  const outcome = [`${color}, ${processedOf(counts)} records processed, ${errors} errors.`, message ?? '']
    .join(' ')
    .trim();
  return errors === 0 ? outcome : `${outcome} Open it and press Causes to see what to mend.`;
}

const nextSteps: Readonly<Record<string, string>> = {
  failed: 'correct what it says, then send the objects that did not finish again',
  cancelled: 'send it again when it is wanted',
  lost: 'send it again',
};

function nextText({
  status,
  message,
  counts,
}: {
  status: ResyncStatus;
  message: string | null;
  counts: RangeCounts;
}): string {
  const next = nextSteps[status] ?? 'send it again';
  return (
    `it did not finish (${status}) after ${processedOf(counts)} records. ` +
    `Open it to see its objects; ${next}. ${message ?? ''}`
  ).trim();
}
