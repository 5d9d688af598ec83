import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { District, SelectivePreview } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices, whileLost } from '../../api/live';
import { useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted, longYear, number } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import type { WantedRecord } from './record-form';

const lookingMs = 1_000;

interface PreviewProps {
  readonly district: District;
  readonly wanted: WantedRecord;
}

/** What sending a record would send with it. */
export function Preview({ district, wanted }: PreviewProps) {
  const { object, key, schoolYear } = wanted;
  const asked = useQuery({
    queryKey: ['selective-preview', district.id, wanted],
    queryFn: () =>
      call(`/districts/${district.id}/selective-syncs/preview`, {
        method: 'POST',
        body: { object, key, schoolYear },
      }),
    // It is a question about now: neither kept nor asked again by itself.
    ...{ staleTime: Infinity, gcTime: 0, retry: false },
  });
  const id = asked.data?.previewId;
  const live = useNotices(id === undefined ? null : `preview:${id}`, ['selective-preview', id]);
  const preview = useQuery({
    queryKey: ['selective-preview', id],
    queryFn: () => call(`/selective-syncs/previews/${id}`),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => state.data?.status === 'running' && whileLost(live, lookingMs),
  });
  return (
    <section className="frame" aria-label="Preview">
      <h2 className="frame__title">
        {object} <span className="code">{key.join(', ')}</span> {longYear(schoolYear)}
      </h2>
      <div className="request__plan">
        {asked.error && <Failed error={asked.error} onAgain={() => void asked.refetch()} />}
        {!asked.error && (
          <Answer query={preview} what="the preview">
            {(found) => <Found preview={found} district={district} />}
          </Answer>
        )}
      </div>
    </section>
  );
}

function Found({ preview, district }: { preview: SelectivePreview; district: District }) {
  const [sending, setSending] = useState(false);
  const { status, message, objects, omitted } = preview;
  if (status === 'running') return <Loading what="what would be sent" />;
  if (status === 'failed' || objects === null) return <p role="alert">{message ?? 'It gave up.'}</p>;
  const total = objects.reduce((sum, { records }) => sum + records, 0);
  return (
    <>
      <p role="status">
        {counted(total, 'record')} of {counted(objects.length, 'object')} would be compared and sent where
        they differ, in this order.
      </p>
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col" className="number">
                Records
              </th>
              <th scope="col" className="wide">
                Because
              </th>
              <th scope="col" className="wide">
                Some of their keys
              </th>
            </tr>
          </thead>
          <tbody>
            {objects.map((row) => (
              <tr key={row.object}>
                <th scope="row">{row.object}</th>
                <td className="number">{number(row.records)}</td>
                <td className="wide">{becauseOf(row)}</td>
                <td className="wide code">
                  {row.samples.map((key) => key.join(', ')).join(' · ')}
                  {row.records > row.samples.length && ' …'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {omitted !== null && omitted.length > 0 && (
        <details>
          <summary>{counted(omitted.length, 'object')} below it left out</summary>
          <ul>
            {omitted.map(({ object, why }) => (
              <li key={object}>
                {object}: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
      <div>
        <Button main onPress={() => setSending(true)}>
          {`Send ${counted(total, 'record')}…`}
        </Button>
      </div>
      {sending && (
        <SendDialog preview={preview} district={district} total={total} onClose={() => setSending(false)} />
      )}
    </>
  );
}

function becauseOf({
  asked,
  descendants,
  ancestors,
}: NonNullable<SelectivePreview['objects']>[number]): string {
  return [
    asked > 0 ? 'asked for' : '',
    descendants > 0 ? `${number(descendants)} below it` : '',
    ancestors > 0 ? `${number(ancestors)} needed by others` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

interface SendDialogProps {
  readonly preview: SelectivePreview;
  readonly district: District;
  readonly total: number;
  readonly onClose: () => void;
}

function SendDialog({ preview, district, total, onClose }: SendDialogProps) {
  const queries = useQueryClient();
  const { session } = useSignedIn();
  const [, navigate] = useLocation();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { object, key, schoolYear } = preview;
  const path = `/districts/${district.id}/selective-syncs` as const;
  const send = useMutation({
    mutationFn: () =>
      call(path, {
        method: 'POST',
        body: { object, key, schoolYear },
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    onSuccess: ({ resyncId }) => {
      void queries.invalidateQueries({ queryKey: ['list', path] });
      // Who may send one record needn't have the page of a resync.
      if (session.rights.some((right) => right === 'resyncBatch' || right === 'resyncView'))
        navigate(`/runs/${resyncId}`);
      else onClose();
    },
  });
  return (
    <Dialog
      title={
        total > 1 ? `Send this ${object} with ${counted(total - 1, 'other record')}?` : `Send this ${object}?`
      }
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => send.mutate()} whyNot={send.isPending ? 'It is being sent.' : null}>
            OK
          </Button>
        </>
      }
    >
      <p>
        {object} <span className="code">{key.join(', ')}</span> of {longYear(schoolYear)}. It waits its turn
        in the queue of {district.name} like every resync.
      </p>
      {send.error && <Failed error={send.error} onAgain={() => send.mutate()} />}
    </Dialog>
  );
}
