import { Link } from 'wouter';
import type { AgentLogEntry, District } from '../../api/answers';
import { useRight } from '../../api/session';
import { Button } from '../../parts/button';
import { longYear, number } from '../../parts/format';
import { ListView, usePaged } from '../../parts/paged';
import { PeriodFields, periodFilters, usePeriod } from '../../parts/period-fields';
import { Person } from '../../parts/person';
import { Status } from '../../parts/status';
import { useUrlFilters } from '../../parts/url-filters';
import { Time } from '../../parts/zone';
import { DistrictPage } from '../district-page';
import { LogWords } from '../run/log-words';

/** `/d/{district}/agent`: what the district's agent did, newest first. */
export function AgentLogPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Agent Log" right="agents">
      {(district) => <AgentLog district={district} />}
    </DistrictPage>
  );
}

function AgentLog({ district }: { district: District }) {
  const url = useUrlFilters(periodFilters);
  const path = `/districts/${district.id}/agent/log` as const;
  const list = usePaged(path, { ...usePeriod(url), limit: '100' }, 'agents');
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  return (
    <main className="page" id="content">
      <h1>Agent Log</h1>
      <p className="soft">
        The agent of {district.name} does one resync of a school year at a time. This is what it was asked,
        what held it, and how each resync ended.
      </p>
      <div className="filters">
        <PeriodFields {...url} />
        {url.any && <Button onPress={url.clear}>Clear the filters</Button>}
      </div>
      <ListView
        list={list}
        what="the log"
        empty="The agent has done nothing yet."
        onClear={url.any ? url.clear : null}
        moreWord="Older entries"
      >
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col" className="wide">
                  Resync
                </th>
                <th scope="col" className="wide number">
                  Errors
                </th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((entry, place) => (
                <tr key={place}>
                  <th scope="row">
                    <Link href={`/runs/${entry.resyncId}`}>
                      <Time at={entry.at} />
                    </Link>
                  </th>
                  <td>
                    {entry.color !== null && entry.color !== 'gray' ? (
                      <Status glyph={entry.color}>
                        <LogWords entry={entry} />
                      </Status>
                    ) : (
                      <LogWords entry={entry} />
                    )}
                    {entry.errors !== null && (
                      <div className="narrow small soft">
                        Errors: <Errors entry={entry} />
                      </div>
                    )}
                    {entry.message !== null && <div className="small soft">{entry.message}</div>}
                  </td>
                  <td className="wide">
                    <span className="code">{entry.resyncId}</span>
                    <div className="small soft">{longYear(entry.schoolYear)}</div>
                  </td>
                  <td className="wide number">
                    <Errors entry={entry} />
                  </td>
                  <td className="wide">{entry.by === null ? 'the service' : <Person by={entry.by} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListView>
    </main>
  );
}

function Errors({ entry: { errors, resyncId } }: { entry: AgentLogEntry }) {
  const mayRead = useRight('errorLog');
  if (errors === null) return '–';
  if (errors === 0 || !mayRead) return number(errors);
  return <Link href={`/runs/${resyncId}/errors`}>{number(errors)}</Link>;
}
