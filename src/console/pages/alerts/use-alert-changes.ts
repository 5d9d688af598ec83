import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call';
import { alertsPath, unreadKey } from '../../api/alerts';

type Ids = readonly number[];

interface AlertChanges {
  readonly read: (ids: Ids) => void;
  readonly remove: (ids: Ids) => void;
  /** What was deleted last and can be taken back. */
  readonly deleted: Ids;
  readonly undo: () => void;
  readonly error: unknown;
  readonly busy: boolean;
}

/** Reading and deleting messages for oneself. */
export function useAlertChanges(): AlertChanges {
  const queries = useQueryClient();
  const [deleted, setDeleted] = useState<Ids>([]);
  const change = useMutation({
    mutationFn: ({ how, ids }: { how: 'read' | 'delete' | 'restore'; ids: Ids }) =>
      call(`${alertsPath}/${how}`, { method: 'POST', body: { ids } }),
    onSuccess: (_, { how, ids }) => {
      if (how !== 'read') setDeleted(how === 'delete' ? ids : []);
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['list', alertsPath] }),
        queries.invalidateQueries({ queryKey: unreadKey }),
      ]),
  });
  return {
    read: (ids) => change.mutate({ how: 'read', ids }),
    remove: (ids) => change.mutate({ how: 'delete', ids }),
    deleted,
    undo: () => change.mutate({ how: 'restore', ids: deleted }),
    error: change.error,
    busy: change.isPending,
  };
}
