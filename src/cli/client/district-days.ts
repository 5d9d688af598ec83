import { dayIn } from '../../domain/local-day';
import type { Items } from './answers';
import type { ApiClient } from './api-client';

/** Tells the day of an instant by the clocks of its district; of none, or without a zone: UTC. */
export async function daysOfDistricts(
  client: ApiClient,
): Promise<(districtId: string | null, at: string) => string> {
  const { items } = await client.get<Items<{ id: string; timezone: string | null }>>('/districts');
  const zones = new Map(items.map(({ id, timezone }) => [id, timezone]));
  return (districtId, at) => dayIn((districtId !== null && zones.get(districtId)) || 'UTC', at);
}
