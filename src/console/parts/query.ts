/** Words of a query; empty ones are left out. */
export type Query = Readonly<Record<string, string>>;

/** The path with its query. */
export function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}
