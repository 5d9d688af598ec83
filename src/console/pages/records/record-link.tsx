import { Link } from 'wouter';

interface RecordLinkProps {
  readonly districtId: string;
  readonly object: string;
  /** `null`: hidden from the reader. */
  readonly recordKey: readonly string[] | null;
}

/** A record by its key, which leads to what became of it, run by run. */
export function RecordLink({ districtId, object, recordKey }: RecordLinkProps) {
  if (recordKey === null) return <>hidden</>;
  const key = encodeURIComponent(JSON.stringify(recordKey));
  return (
    <Link href={`/d/${districtId}/records/${encodeURIComponent(object)}/${key}`}>{recordKey.join(', ')}</Link>
  );
}
