import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noticeEvents, tellAll } from '../../../domain/notices';
import type { NoticePreferences } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Input, Tick } from '../../parts/fields';
import { Failed } from '../../parts/states';
import { NoticeFields } from './notice-fields';

const path = '/notice-preferences';

/** Which alerts come by e-mail: each at once or once a day, all or only what got worse. */
export function Mail() {
  const key = ['notice-preferences'];
  const preferences = useQuery({ queryKey: key, queryFn: () => call(path) });
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
  const change = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () => call(path, { method: 'PUT', body: { email: wanted ? draft : null } }),
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  });
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
          <NoticeFields together="e-mail" events={events} rules={rules} onChange={change} />
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
