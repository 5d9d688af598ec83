import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Cause, Resync } from '../../api/answers';
import { call } from '../../api/call';
import { counted, number } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import { RetryButton } from './retry-button';
import { isUnderWay } from './run-verdict';

/** Errors by the records that they go back to: what to mend first. */
export function CausesView({ run }: { run: Resync }) {
  const open = isUnderWay(run);
  const causes = useQuery({
    queryKey: ['causes', run.resyncId, open],
    queryFn: () => call(`/resyncs/${run.resyncId}/causes`),
    staleTime: open ? 10_000 : Infinity,
  });
  if (causes.error) return <Failed error={causes.error} onAgain={() => void causes.refetch()} />;
  if (!causes.data) return <Loading what="the causes" />;
  const { items } = causes.data;
  const sum = (of: (cause: Cause) => number) => items.reduce((total, cause) => total + of(cause), 0);
  const errors = sum((cause) => cause.errors);
  if (items.length === 0) return <p>{open ? 'No errors so far.' : 'This resync has no errors.'}</p>;
  return (
    <>
      <p>
        {counted(errors, 'error')} {errors === 1 ? 'goes' : 'go'} back to{' '}
        {counted(
          sum(({ records }) => records),
          'record',
        )}
        .
      </p>
      <ul className="causes">
        {items.map((cause) => (
          <li key={`${cause.object} ${cause.code} ${cause.outcome}`} className="cause">
            <h2>
              {counted(cause.records, `${cause.object} record`)} {words[cause.outcome]}:{' '}
              {counted(cause.errors, 'error')}
            </h2>
            <p>{cause.message ?? 'There is no message.'}</p>
            <p className="soft">
              {cause.objects.map(({ object, errors }) => `${object} ${number(errors)}`).join(' · ')}{' '}
              <span className="code">{cause.code}</span>
            </p>
            {cause.outcome !== 'missing' && (
              <p>
                <Link
                  href={`/runs/${run.resyncId}/errors?object=${encodeURIComponent(cause.object)}&code=${encodeURIComponent(cause.code)}`}
                >
                  Show these {cause.object} records
                </Link>{' '}
                <RetryButton run={run} records={cause.records} filter={whichOf(cause)} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The records themselves: what waits for them follows by itself. */
const whichOf = ({ object, code }: Cause) => ({ object, code, outcome: null });

const words: Record<Cause['outcome'], string> = {
  excluded: 'that the state excludes',
  blocked: 'that wait for others',
  failed: 'that the state refused',
  missing: 'that are not at the district',
};
