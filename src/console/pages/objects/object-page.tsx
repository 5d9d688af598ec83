import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { District, ObjectRun, TableObject } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { duration, longYear, number } from '../../parts/format';
import { Status } from '../../parts/status';
import { useAddress } from '../../parts/use-address';
import { Time } from '../../parts/zone';
import { YearSelect } from '../../parts/year-select';
import { DistrictPage } from '../district-page';
import { colorNames } from '../run/run-verdict';
import { Trend } from './trend';

interface ObjectPageProps {
  readonly district: string;
  readonly object: string;
}

/** `/d/{district}/objects/{object}`: what an object is, and what each resync did with it. */
export function ObjectPage({ district: id, object }: ObjectPageProps) {
  return (
    <DistrictPage id={id} title={object} right="resyncBatch">
      {(district) => <OneObject district={district} name={object} />}
    </DistrictPage>
  );
}

function OneObject({ district, name }: { district: District; name: string }) {
  const address = useAddress();
  const year = address.get('year') || String(district.schoolYear);
  const table = useQuery({
    queryKey: ['objects-table', district.id, year],
    queryFn: () => call(`/districts/${district.id}/objects`, { query: { schoolYear: year } }),
  });
  const runs = useQuery({
    queryKey: ['object-runs', district.id, name, year],
    queryFn: () =>
      call(`/districts/${district.id}/objects/${encodeURIComponent(name)}/runs`, {
        query: { schoolYear: year },
      }),
    retry: false,
  });
  return (
    <main className="page" id="content">
      <p className="small">
        <Link href={`/d/${district.id}/history?view=matrix`}>Resync History</Link>
      </p>
      <h1>{name}</h1>
      <div className="filters">
        <YearSelect district={district} value={year} onChange={(value) => address.set('year', value)} />
      </div>
      <Answer query={table} what="the object">
        {({ items }) => {
          const object = items.find((one) => one.object === name);
          return object ? (
            <Facts object={object} all={items} district={district} year={year} />
          ) : (
            <p>{longYear(Number(year))} has no such object.</p>
          );
        }}
      </Answer>
      <h2>Its resyncs, newest first</h2>
      <Answer query={runs} what="its resyncs">
        {({ items }) =>
          items.length === 0 ? (
            <p>It has not been sent as a whole in {longYear(Number(year))}.</p>
          ) : (
            <>
              <Trend errors={[...items].reverse().map(({ counts }) => counts.errors)} />
              <Runs items={items} />
            </>
          )
        }
      </Answer>
    </main>
  );
}

interface FactsProps {
  readonly object: TableObject;
  readonly all: readonly TableObject[];
  readonly district: District;
  readonly year: string;
}

function Facts({ object, all, district, year }: FactsProps) {
  const names = (list: readonly string[]) =>
    list.length === 0
      ? 'none'
      : list.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <Link href={`/d/${district.id}/objects/${name}?year=${year}`}>{name}</Link>
          </span>
        ));
  const children = all
    .filter(({ parents, softParents }) => [...parents, ...softParents].includes(object.object))
    .map((child) => child.object)
    .sort((a, b) => a.localeCompare(b));
  const { subsetOf, cycle, notOffered, keyColumns, softParents } = object;
  return (
    <dl className="facts">
      <dt>Key</dt>
      <dd className="code">{keyColumns.join(', ')}</dd>
      <dt>Needs</dt>
      <dd>{names(object.parents)}</dd>
      {softParents.length > 0 && (
        <>
          <dt>Sent after</dt>
          <dd>{names(softParents)}</dd>
        </>
      )}
      <dt>Needed by</dt>
      <dd>{names(children)}</dd>
      {subsetOf !== null && (
        <>
          <dt>Part of</dt>
          <dd>{names([subsetOf])}</dd>
        </>
      )}
      {cycle !== null && (
        <>
          <dt>Sent together with</dt>
          <dd>
            {names(
              all.filter((other) => other.cycle === cycle && other !== object).map((other) => other.object),
            )}
          </dd>
        </>
      )}
      {notOffered !== null && (
        <>
          <dt>Not sent</dt>
          <dd>{notOffered}</dd>
        </>
      )}
    </dl>
  );
}

function Runs({ items }: { items: readonly ObjectRun[] }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">Result</th>
            <th scope="col" className="number">
              Processed
            </th>
            <th scope="col" className="number">
              Errors
            </th>
            <th scope="col" className="wide number">
              Inserted
            </th>
            <th scope="col" className="wide number">
              Updated
            </th>
            <th scope="col" className="wide number">
              Unchanged
            </th>
            <th scope="col" className="wide number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ resyncId, color, status, counts, startedAt, endedAt, message }) => (
            <tr key={resyncId}>
              <th scope="row">
                <Link href={`/runs/${resyncId}`}>
                  {startedAt === null ? resyncId : <Time at={startedAt} />}
                </Link>
              </th>
              <td>
                <Status glyph={color} turning={status === 'running'}>
                  {colorNames[color]}
                </Status>
                {message !== null && <div className="small soft">{message}</div>}
              </td>
              <td className="number">{number(counts.processed)}</td>
              <td className="number">{number(counts.errors)}</td>
              <td className="wide number">{number(counts.inserted)}</td>
              <td className="wide number">{number(counts.updated)}</td>
              <td className="wide number">{number(counts.unchanged)}</td>
              <td className="wide number">
                {startedAt !== null && endedAt !== null
                  ? duration(Date.parse(endedAt) - Date.parse(startedAt))
                  : '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
