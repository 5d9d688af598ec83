import { useQueryClient } from '@tanstack/react-query';
import type { District } from '../../api/answers';

/** Whatever changes, the week may show it otherwise. */
export function useRenewed(district: District): () => Promise<unknown> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['schedules', district.id] });
}
