import { Link } from 'wouter';
import type { Resync } from '../../api/answers';
import { SearchField } from '../../parts/search-field';
import { useAddress } from '../../parts/use-address';
import { ErrorsList } from './errors-list';

/** The errors of a run, record by record; filters and place stand in the address. */
export function ErrorsView({ run }: { run: Resync }) {
  const address = useAddress();
  const of = (name: string): string | null => address.get(name) || null;
  const filter = {
    ...{ object: of('object'), outcome: of('outcome'), code: of('code') },
    ...{ field: of('field'), key: of('key') },
  };
  const objects = (run.objectResults ?? [])
    .filter(({ counts }) => counts.errors > 0)
    .map(({ object }) => object);
  const set = (name: string, value: string): void => {
    address.change({ [name]: value, at: '' });
  };
  return (
    <>
      <div className="bar">
        <label>
          Object{' '}
          <select
            className="field"
            value={filter.object ?? ''}
            onChange={({ target }) => set('object', target.value)}
          >
            <option value="">all</option>
            {[...new Set([...objects, ...(filter.object ? [filter.object] : [])])].map((object) => (
              <option key={object}>{object}</option>
            ))}
          </select>
        </label>
        <label>
          Outcome{' '}
          <select
            className="field"
            value={filter.outcome ?? ''}
            onChange={({ target }) => set('outcome', target.value)}
          >
            <option value="">all</option>
            <option value="excluded">excluded</option>
            <option value="blocked">blocked</option>
            <option value="failed">failed</option>
          </select>
        </label>
        <SearchField label="Key begins with" value={filter.key ?? ''} onSearch={(text) => set('key', text)} />
        {(['code', 'field'] as const).map(
          (name) =>
            filter[name] !== null && (
              <button key={name} type="button" className="button" onClick={() => set(name, '')}>
                {name === 'code' ? 'Code' : 'Field'} {filter[name]} <span aria-hidden="true">×</span>
                <span className="hidden">: show all</span>
              </button>
            ),
        )}
      </div>
      <p className="small soft">
        What waits for another record is mended there:{' '}
        <Link href={`/runs/${run.resyncId}/causes`}>Causes</Link> says which records all of these go back to,
        and what to do.
      </p>
      <ErrorsList run={run} filter={filter} address={address} key={JSON.stringify(filter)} />
    </>
  );
}
