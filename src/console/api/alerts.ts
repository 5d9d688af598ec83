import { useQuery } from '@tanstack/react-query';
import type { Unread } from './answers';
import { call } from './call';
import { useNotices } from './live';
import { useRight } from './session';

export const alertsPath = '/alerts';
export const unreadKey = ['unread-alerts'];

/** How many Process Alerts the reader hasn't read; `null`: not known, or not theirs to see. */
export function useUnreadAlerts(): Unread | null {
  const mine = useRight('processAlerts');
  useNotices(mine ? 'alerts' : null, unreadKey, ['list', alertsPath]);
  const { data } = useQuery({
    queryKey: unreadKey,
    queryFn: () => call(`${alertsPath}/count`),
    enabled: mine,
  });
  return data ?? null;
}
