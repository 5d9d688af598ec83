import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { District, RecordRun } from '../../api/answers';
import { call } from '../../api/call';
import { useRight } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { longYear } from '../../parts/format';
import { type Glyph, Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { outcomeNames, scenarioNames } from '../../text';
import { DistrictPage } from '../district-page';
import { RecordLink } from './record-link';

interface RecordPageProps {
  readonly district: string;
  readonly object: string;
  /** As the address has it: a JSON array of texts, or one bare value. */
  readonly recordKey: string;
}

/** `/d/{district}/records/{object}/{key}`: what each resync did with one record. */
export function RecordPage({ district: id, ...record }: RecordPageProps) {
  return (
    <DistrictPage id={id} title="History of a Record" right="resyncBatch">
      {(district) => <History district={district} {...record} />}
    </DistrictPage>
  );
}

function History({
  district,
  object,
  recordKey,
}: Omit<RecordPageProps, 'district'> & { district: District }) {
  const mayPick = useRight('selectiveSync');
  const path =
    `/districts/${district.id}/records/${encodeURIComponent(object)}/${encodeURIComponent(recordKey)}/history` as const;
  const runs = useInfiniteQuery({
    queryKey: ['record', district.id, object, recordKey],
    queryFn: ({ pageParam }) => call(path, { query: pageParam }),
    initialPageParam: {},
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? undefined : { cursor: nextCursor }),
  });
  return (
    <main className="page" id="content">
      <h1>
        {object} <span className="code">{keyText(recordKey)}</span>
      </h1>
      <p className="soft">
        What every resync of {district.name} did with this record, newest first. Values of a record are never
        kept here.
      </p>
      {mayPick && (
        <p>
          <Link
            href={`/d/${district.id}/selective?${new URLSearchParams({ object, key: jsonKey(recordKey) }).toString()}`}
          >
            Send this record by itself
          </Link>
        </p>
      )}
      <Answer query={runs} what="the history of the record">
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          const notKept = pages.at(-1)?.notKept ?? null;
          return (
            <>
              {items.length === 0 ? (
                <p>
                  No resync {notKept !== null && 'that is known of '}has met a {object} of this key.
                </p>
              ) : (
                <Runs items={items} district={district} />
              )}
              {notKept !== null && <p>{notKept.text}</p>}
            </>
          );
        }}
      </Answer>
      {runs.hasNextPage && (
        <div>
          <Button
            onPress={() => void runs.fetchNextPage()}
            whyNot={runs.isFetching ? 'They are on their way.' : null}
          >
            Older resyncs
          </Button>
        </div>
      )}
    </main>
  );
}

/** One bare value may stand for the array of it. */
function jsonKey(key: string): string {
  return key.startsWith('[') ? key : JSON.stringify([key]);
}

function keyText(key: string): string {
  try {
    const parts = JSON.parse(key) as unknown;
    return Array.isArray(parts) ? parts.join(', ') : key;
  } catch {
    return key;
  }
}

const glyphs: Record<RecordRun['outcome'], Glyph> = {
  inserted: 'green',
  updated: 'green',
  unchanged: 'green',
  extra: 'yellow',
  removed: 'none',
  excluded: 'yellow',
  blocked: 'waiting',
  failed: 'red',
};

const evidenceNames: Record<RecordRun['evidence'], string> = {
  record: 'The resync names this record.',
  page: 'All records around it were equal, and an earlier resync names it.',
  covered: 'All records around it were equal; that it was there then is not proven.',
};

function Runs({ items, district }: { items: readonly RecordRun[]; district: District }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What became of it</th>
            <th scope="col" className="wide">
              How it is known
            </th>
            <th scope="col" className="wide">
              Why it was made
            </th>
            <th scope="col" className="wide">
              School year
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ resyncId, at, outcome, error, evidence, scenario, schoolYear }) => (
            <tr key={resyncId}>
              <th scope="row">
                <Link href={`/runs/${resyncId}`}>
                  <Time at={at} />
                </Link>
              </th>
              <td>
                <Status glyph={glyphs[outcome]}>{outcomeNames[outcome]}</Status>
                {error && (
                  <div className="small">
                    {error.message} <span className="code">{error.code}</span>
                    {error.field !== null && ` Field ${error.field}.`}
                    {error.parent && (
                      <>
                        {' '}
                        Goes back to {error.parent.object}{' '}
                        <RecordLink
                          districtId={district.id}
                          object={error.parent.object}
                          recordKey={error.parent.key}
                        />
                        .
                      </>
                    )}
                  </div>
                )}
              </td>
              <td className="wide small soft">{evidenceNames[evidence]}</td>
              <td className="wide">{scenarioNames[scenario]}</td>
              <td className="wide">{longYear(schoolYear)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
