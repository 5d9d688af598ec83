import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type NoticeEvent, noticeEvents, type NoticeRules, tellAll } from '../../../domain/notices';
import type { NoticePreferences } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Input, Tick } from '../../parts/fields';
import { Failed } from '../../parts/states';

const path = '/notice-preferences';
const eventWords: Record<NoticeEvent, string> = {
  completion: 'a resync has ended',
  incompletion: 'a resync did not finish',
  stateRequest: 'the state asks for a resync',
  mandatoryDue: 'a mandatory resync is due',
  approval: 'removals await approval',
  doubt: 'records are missing, or a mass update is held',
  identity: 'another district holds records',
  drift: 'a scheduled verification finds drift',
  schedule: 'a firing is refused',
  syncEvent: 'a sync event is incomplete',
  certification: 'a certification failed',
};

/** Which alerts come by e-mail: each at once or once a day, all or only what got worse. */
export function Mail() {
  const key = ['notice-preferences'];
  const preferences = useQuery({ queryKey: key, queryFn: () => call<NoticePreferences>(path) });
  return (
    <section className="section" aria-label="Alerts by e-mail">
      <h2>Alerts by e-mail</h2>
      <Answer query={preferences} what="your e-mail settings">
        {(known) => <Form known={known} queryKey={key} />}
      </Answer>
    </section>
  );
}

function Form({ known, queryKey }: { known: NoticePreferences; queryKey: readonly string[] }) {
  const queries = useQueryClient();
  const [wanted, setWanted] = useState(known.email !== null);
  const [draft, setDraft] = useState(known.email ?? { address: '', events: noticeEvents, rules: tellAll });
  const { address, events, rules } = draft;
  const { digest, leastRecords, onlyWorse } = rules;
  const change = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const rule = (part: Partial<NoticeRules>): void => change({ rules: { ...rules, ...part } });
  const save = useMutation({
    mutationFn: () =>
      call<NoticePreferences>(path, { method: 'PUT', body: { email: wanted ? draft : null } }),
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  });
  const zone = digest?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const whyNot = !wanted
    ? null
    : address.trim() === ''
      ? 'Say to which address.'
      : events.length === 0
        ? 'Tick at least one kind of alert.'
        : null;
  return (
    <>
      <Tick label="Send me alerts by e-mail" ticked={wanted} onChange={setWanted} />
      {wanted && (
        <>
          <Input
            label="Address"
            type="email"
            value={address}
            onChange={(text) => change({ address: text })}
          />
          <fieldset className="days">
            <legend className="small">When</legend>
            {noticeEvents.map((event) => (
              <Tick
                key={event}
                label={eventWords[event]}
                ticked={events.includes(event)}
                onChange={(ticked) =>
                  change({
                    events: noticeEvents.filter((one) => (one === event ? ticked : events.includes(one))),
                  })
                }
              />
            ))}
          </fieldset>
          <Tick
            label="All of a day in one e-mail"
            ticked={digest !== null}
            onChange={(ticked) => rule({ digest: ticked ? { at: '07:00', timezone: zone } : null })}
          />
          {digest !== null && (
            <Input
              label="At"
              type="time"
              value={digest.at}
              onChange={(at) => at !== '' && rule({ digest: { at, timezone: zone } })}
              hint={zone}
            />
          )}
          <Tick
            label="Only when there are more errors, or more drift, than the time before"
            ticked={onlyWorse}
            onChange={(ticked) => rule({ onlyWorse: ticked })}
          />
          <Input
            label="Only from so many records on"
            type="number"
            value={String(leastRecords)}
            onChange={(text) => rule({ leastRecords: Math.max(0, Math.round(Number(text))) })}
            hint="errors of a resync, or what a verification found to differ"
          />
        </>
      )}
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
      <p>
        <Button onPress={() => save.mutate()} whyNot={save.isPending ? 'It is being saved.' : whyNot}>
          Save
        </Button>{' '}
        <span role="status">{save.isSuccess && 'Saved.'}</span>
      </p>
    </>
  );
}
