import { useQuery } from '@tanstack/react-query';
import type { Unread } from './answers';
import { call } from './call';
import { useRight } from './session';

export const alertsPath = '/alerts';
export const unreadKey = ['unread-alerts'];

const refreshMs = 30_000;

/** How many Process Alerts the reader hasn't read; `null`: not known, or not theirs to see. */
export function useUnreadAlerts(): Unread | null {
  const { data } = useQuery({
    queryKey: unreadKey,
    queryFn: () => call<Unread>(`${alertsPath}/count`),
    enabled: useRight('processAlerts'),
    refetchInterval: refreshMs,
  });
  return data ?? null;
}
