import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ToolRight } from '../../../../domain/rights';
import type { Person } from '../../../api/answers';
import { call } from '../../../api/call';

interface RightChange {
  readonly person: Person;
  readonly right: ToolRight;
  readonly granted: boolean;
}

/** Grants or withdraws a right; the lists are read again whatever came of it. */
export function useRightChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ person, right, granted }: RightChange) =>
      call(`/principals/${person.principalId}/rights/${right as string}`, {
        method: granted ? 'PUT' : 'DELETE',
      }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['list', '/principals'] }),
        queries.invalidateQueries({ queryKey: ['principal'] }),
      ]),
  });
}
