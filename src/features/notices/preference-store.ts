import type { Knex } from 'knex';
import type { NoticeEvent, NoticeRules } from '../../domain/notices';
import { selectRows } from '../../control/database';

/** What a principal wants to be told, and where. */
export interface NoticePreferences {
  readonly email: {
    readonly address: string;
    readonly events: readonly NoticeEvent[];
    readonly rules: NoticeRules;
  } | null;
}

interface PreferenceRow {
  readonly emailAddress: string;
  readonly emailEvents: string;
  readonly emailRules: string;
}

/** Nothing was ever asked for: no e-mail. */
export async function readNoticePreferences(control: Knex, principalId: string): Promise<NoticePreferences> {
  const [row] = await selectRows<PreferenceRow>(
    control,
    'SELECT emailAddress, emailEvents, emailRules FROM noticePreference WHERE principalID = ?',
    [principalId],
  );
  if (!row) return { email: null };
  return {
    email: {
      address: row.emailAddress,
      events: JSON.parse(row.emailEvents) as NoticeEvent[],
      rules: JSON.parse(row.emailRules) as NoticeRules,
    },
  };
}

/** Puts all of a principal's preferences in place of those before. */
export async function saveNoticePreferences(
  control: Knex,
  principalId: string,
  { email }: NoticePreferences,
): Promise<void> {
  if (email === null) {
    await control('noticePreference').where({ principalID: principalId }).del();
    return;
  }
  await control('noticePreference')
    .insert({
      principalID: principalId,
      emailAddress: email.address,
      emailEvents: JSON.stringify(email.events),
      emailRules: JSON.stringify(email.rules),
    })
    .onConflict('principalID')
    .merge();
}
