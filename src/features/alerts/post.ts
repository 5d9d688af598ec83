import { clip } from '../../control/columns';
import type { Knex } from 'knex';
import type { alertLinkKinds } from '../../domain/alert-categories';
import type { ToolRight } from '../../domain/rights';

/** One such place: of a resync, verification …, or of the district whose year it is. */
export interface AlertLink {
  readonly kind: (typeof alertLinkKinds)[number];
  readonly id: string;
}

export interface NewAlert {
  /**
   * What it is about, e.g. `resync-ended:<resyncId>`: the same key is posted once. At most 191
   * characters.
   */
  readonly alertKey: string;
  /** As the specification's Process column, e.g. Vertical Interoperability. */
  readonly category: string;
  /** As the specification's Name column, e.g. State Resync Requested. */
  readonly name: string;
  /**
   * One or two sentences; never a student's value, nor, to a district, what a state's request
   * holds.
   */
  readonly text: string;
  /** Reaches the district's and the state's principals; `null`: the state's only. */
  readonly districtId: string | null;
  /** Reaches principals with this right. */
  readonly right: ToolRight;
  /** Of those, principals of this level only; `null`: both. */
  readonly level?: 'district' | 'state' | null;
  /** Reaches this principal only, whatever its districts; `null`: all it is meant for. */
  readonly principalId?: string | null;
  readonly resyncId?: string | null;
  /** What it leads to, where that isn't the resync itself. */
  readonly link?: AlertLink | null;
  readonly dueAt?: Date | null;
}

/** Posts a Process Alert; one with the same key that stands already is left as it is. */
export async function postAlert(control: Knex, alert: NewAlert): Promise<void> {
  const { alertKey, category, name, text, districtId, right } = alert;
  const { level = null, principalId = null, resyncId = null, link = null, dueAt = null } = alert;
  await control('processAlert')
    .insert({
      alertKey,
      category,
      name,
      text: clip(text, maxTextLength),
      districtID: districtId,
      toolRight: right,
      level,
      principalID: principalId,
      resyncID: resyncId,
      linkKind: link?.kind ?? null,
      linkID: link?.id ?? null,
      dueAt,
    })
    .onConflict('alertKey')
    .merge(['alertKey']);
}

const maxTextLength = 1000;

/**
 * What the alerts ask for is settled: they are closed for everybody, and the same may be posted
 * anew when it comes up again.
 */
export async function closeAlerts(control: Knex, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await control('processAlert')
    .whereIn('alertKey', keys)
    .update({
      closedAt: control.raw('UTC_TIMESTAMP(3)'),
      alertKey: control.raw("CONCAT('closed:', processAlertID)"),
    });
}
