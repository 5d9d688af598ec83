import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DistrictAction } from '../../../../domain/district-action';
import { call } from '../../../api/call';
import { useNotices, whileLost } from '../../../api/live';
import { useSignedIn } from '../../../api/session';
import type { DistrictActionOutcome, DistrictActionPreview } from '../../../api/answers';
import { Answer } from '../../../parts/answer';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Input } from '../../../parts/fields';
import { counted, number } from '../../../parts/format';
import { Failed } from '../../../parts/states';
import { actionWords } from './action-words';

interface ActDialogProps {
  readonly action: DistrictAction;
  readonly districts: readonly string[];
  readonly onClose: () => void;
}

const pollMs = 1_000;

/** Shows what would be done to which districts, does just that, and says what came of each. */
export function ActDialog({ action, districts, onClose }: ActDialogProps) {
  const queries = useQueryClient();
  const [words, setWords] = useState({ name: '', reportingDate: '', reason: '' });
  const [key] = useState(() => crypto.randomUUID());
  const asked = { action, districts };
  const preview = useQuery({
    queryKey: ['district-action-preview', action, districts],
    queryFn: () => call('/district-actions/preview', { method: 'POST', body: asked }),
    gcTime: 0,
    // What is shown stays until it is asked for anew: it must not change under the pointer.
    staleTime: Infinity,
  });
  const act = useMutation({
    mutationFn: ({ previewHash }: DistrictActionPreview) =>
      call('/district-actions', {
        method: 'POST',
        body: { ...asked, ...wordsOf(action, words), previewHash },
        headers: { 'Idempotency-Key': key },
      }),
    // What can't be done as it was shown is shown as it is now.
    onError: () => void preview.refetch(),
  });
  const outcome = useOutcome(act.data?.districtActionId);
  const close = (): void => {
    for (const path of ['/districts', '/district-actions'])
      void queries.invalidateQueries({ queryKey: ['list', path] });
    onClose();
  };
  const [label, what] = actionWords[action];
  const { data } = preview;
  return (
    <Dialog
      title={`${label} ${data ? counted(data.districts, 'district') : 'districts'}?`}
      onClose={close}
      buttons={
        act.isSuccess ? (
          <Button main onPress={close}>
            Close
          </Button>
        ) : (
          <>
            <Button onPress={close}>Leave it</Button>
            <Button
              main
              onPress={() => data && act.mutate(data)}
              whyNot={whyNotNow(action, words, { preview: data, busy: act.isPending })}
            >
              {label} {data && counted(data.districts, 'district')}
            </Button>
          </>
        )
      }
    >
      {act.isSuccess ? (
        <Answer query={outcome} what="what came of it">
          {(done) => <Outcome outcome={done} />}
        </Answer>
      ) : (
        <Answer query={preview} what="what would be done">
          {(shown) => (
            <>
              <p>
                {what} {action === 'cancel' && `${counted(shown.count, 'resync')} in all.`}
              </p>
              <Words action={action} words={words} onChange={setWords} />
              <WhyNots
                title={`Nothing is done in ${counted(shown.refused, 'district')}:`}
                items={shown.items.flatMap(({ districtId, whyNot }) =>
                  whyNot === null ? [] : [{ districtId, why: whyNot }],
                )}
              />
            </>
          )}
        </Answer>
      )}
      {act.error && <Failed error={act.error} onAgain={() => data && act.mutate(data)} />}
    </Dialog>
  );
}

interface Said {
  readonly name: string;
  readonly reportingDate: string;
  readonly reason: string;
}

function wordsOf(action: DistrictAction, { name, reportingDate, reason }: Said): object {
  if (action === 'certify') return { name: name.trim(), reportingDate };
  return action === 'accept' ? { reason } : {};
}

function whyNotNow(
  action: DistrictAction,
  { name, reportingDate, reason }: Said,
  { preview, busy }: { readonly preview: DistrictActionPreview | undefined; readonly busy: boolean },
): string | null {
  if (preview === undefined) return 'What would be done is being looked up.';
  if (preview.count === 0) return 'There is nothing to do.';
  if (action === 'certify' && (name.trim() === '' || reportingDate === ''))
    return 'Say for which report and which day.';
  if (action === 'accept' && reason.trim() === '') return 'Say why.';
  return busy ? 'It is being asked for.' : null;
}

interface WordsProps {
  readonly action: DistrictAction;
  readonly words: Said;
  readonly onChange: (words: Said) => void;
}

function Words({ action, words, onChange }: WordsProps) {
  const of = (field: keyof Said) => ({
    value: words[field],
    onChange: (value: string) => onChange({ ...words, [field]: value }),
  });
  if (action === 'accept') return <Input label="Why it is accepted" {...of('reason')} />;
  if (action !== 'certify') return null;
  return (
    <div className="filters">
      <Input label="Report" {...of('name')} hint="as Fall membership count" />
      <Input label="For the day" type="date" {...of('reportingDate')} />
    </div>
  );
}

function useOutcome(id: string | undefined) {
  const live = useNotices(id === undefined ? null : 'actions', ['district-action', id]);
  return useQuery({
    queryKey: ['district-action', id],
    queryFn: () => call(`/district-actions/${id}`),
    enabled: id !== undefined,
    refetchInterval: whileLost(live, pollMs),
  });
}

function Outcome({ outcome: { status, counts, items } }: { outcome: DistrictActionOutcome }) {
  return (
    <>
      <p role="status">
        {number(counts.done)} done, {number(counts.refused)} refused, {number(counts.failed)} failed
        {status === 'accepted' && `, ${number(counts.waiting)} to go`}.
      </p>
      <WhyNots
        title="Not done:"
        items={items.flatMap(({ districtId, message, status: one }) =>
          one === 'done' || message === null ? [] : [{ districtId, why: message }],
        )}
      />
    </>
  );
}

interface WhyNotsProps {
  readonly title: string;
  readonly items: readonly { readonly districtId: string; readonly why: string }[];
}

/** Districts left out, with why. */
function WhyNots({ title, items }: WhyNotsProps) {
  const { districts } = useSignedIn();
  if (items.length === 0) return null;
  const names = new Map(districts.map(({ id, name }) => [id, name]));
  return (
    <>
      <p>{title}</p>
      <ul className="request__list small">
        {items.map(({ districtId, why }, index) => (
          <li key={index}>
            {names.get(districtId) ?? districtId}: {why}
          </li>
        ))}
      </ul>
    </>
  );
}
