import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { IdentityConflict } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted, number } from '../../../parts/format';
import { Failed, Loading } from '../../../parts/states';
import { actionNames, conflictNames } from './conflict-words';

interface ResolveDialogProps {
  readonly districtId: string;
  readonly conflict: IdentityConflict;
  readonly onClose: () => void;
  readonly onResolved: () => void;
}

const leastReason = 3;

/** Shows what would be changed at the state, asks why, and does it. */
export function ResolveDialog({ districtId, conflict, onClose, onResolved }: ResolveDialogProps) {
  const [reason, setReason] = useState('');
  const { id, object, code, action } = conflict;
  const path = `/districts/${districtId}/identity-conflicts/${String(id)}/resolve` as const;
  const preview = useQuery({
    queryKey: ['resolution', id],
    queryFn: () => call(path, { method: 'POST', body: { action, reason: 'Preview.', preview: true } }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const resolve = useMutation({
    mutationFn: () => call(path, { method: 'POST', body: { action, reason: reason.trim() } }),
    onSuccess: onResolved,
  });
  const changes = preview.data?.changes ?? [];
  const records = changes.reduce((sum, change) => sum + change.records, 0);
  const whyNot = resolve.isPending
    ? 'It is being done.'
    : !preview.data
      ? 'What it would change is not known yet.'
      : reason.trim().length < leastReason
        ? 'Say why.'
        : null;
  return (
    <Dialog
      title={`${actionNames[action]} for a record of ${object}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => resolve.mutate()} whyNot={whyNot}>
            {actionNames[action]}
          </Button>
        </>
      }
    >
      <p>{conflictNames[code] ?? code}.</p>
      {preview.error && <Failed error={preview.error} onAgain={() => void preview.refetch()} />}
      {preview.isPending && <Loading what="what it would change" />}
      {preview.data && (
        <>
          <p>
            {records === 0
              ? 'No record at the state would be changed.'
              : `${counted(records, 'record')} at the state would be changed:`}
          </p>
          <ul>
            {changes.map((change) => (
              <li key={change.object}>
                {change.object}: {number(change.records)}
              </li>
            ))}
          </ul>
        </>
      )}
      <label className="request__reason">
        Why; it is kept in the audit
        <textarea
          className="field"
          rows={2}
          maxLength={500}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      {resolve.error && <Failed error={resolve.error} onAgain={() => resolve.mutate()} />}
    </Dialog>
  );
}
