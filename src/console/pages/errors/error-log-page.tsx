import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { District, LoggedError } from '../../api/answers';
import { call } from '../../api/call';
import { useRight } from '../../api/session';
import { Answer } from '../../parts/answer';
import { ListFiles } from '../../parts/list-files';
import { counted, number } from '../../parts/format';
import { SchoolName, useSchoolNames } from '../../parts/school-name';
import { useAddress } from '../../parts/use-address';
import { type Column, VirtualRows } from '../../parts/virtual-rows';
import { Time } from '../../parts/zone';
import { DistrictPage } from '../district-page';
import { RecordLink } from '../records/record-link';
import { ErrorFilters, queryOf } from './error-filters';

const pageRows = 500;
/** More are asked for when so few are left below. */
const rowsBefore = 50;

/** `/d/{district}/errors`: the Error Log, over all resyncs of a district. */
export function ErrorLogPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Error Log" right="errorLog" orRights={['resyncBatch', 'resyncView']}>
      {(district) => <ErrorLog district={district} />}
    </DistrictPage>
  );
}

function ErrorLog({ district }: { district: District }) {
  const address = useAddress();
  const seesKeys = useRight('errorLog');
  const nameOf = useSchoolNames(district.id);
  const query = queryOf(address.get);
  const path = `/districts/${district.id}/errors` as const;
  const errors = useInfiniteQuery({
    queryKey: ['district-errors', district.id, query],
    queryFn: ({ pageParam }) => call(path, { query: { ...query, limit: String(pageRows), ...pageParam } }),
    initialPageParam: {},
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? undefined : { cursor: nextCursor }),
    // The lists of choices stay while another choice is asked for.
    placeholderData: keepPreviousData,
  });
  const [first] = errors.data?.pages ?? [];
  return (
    <main className="page" id="content">
      <h1>Error Log</h1>
      <p>
        Records that did not reach the state, and why, over all resyncs of {district.name}. It is kept as it
        happened: a record that has gone through since stays with the resync that found it.
      </p>
      {!seesKeys && (
        <p className="banner">
          Which records they are is hidden: that needs the tool right errorLog. Who has administration for{' '}
          {district.name} grants it.
        </p>
      )}
      <ErrorFilters facets={first?.facets ?? null} address={address} schoolName={nameOf} />
      <Answer query={errors} what="the errors">
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items);
          if (rows.length === 0)
            return (
              <p>
                {Object.keys(query).length > 0
                  ? 'No error has all of this.'
                  : 'No record of any resync has an error.'}
              </p>
            );
          return (
            <>
              <div className="bar">
                <p role="status" className="soft">
                  {first?.totalCapped
                    ? `More than ${number(first.total ?? 0)} errors; the choices above count the newest of them`
                    : counted(first?.total ?? 0, 'error')}
                  {errors.hasNextPage && `, of which ${number(rows.length)} are loaded: scroll for more`}.
                </p>
                <span className="bar__end">
                  <ListFiles path={path} query={query} />
                </span>
              </div>
              <VirtualRows
                label="Errors"
                count={rows.length}
                rowAt={(index) => rows[index]}
                columns={columnsOf(district.id, nameOf)}
                widths="list--errors"
                onShown={({ last }) => {
                  const near = last >= rows.length - rowsBefore;
                  if (near && errors.hasNextPage && !errors.isFetching && !errors.error)
                    void errors.fetchNextPage();
                }}
              />
            </>
          );
        }}
      </Answer>
    </main>
  );
}

const columnsOf = (
  districtId: string,
  nameOf: ReturnType<typeof useSchoolNames>,
): readonly Column<LoggedError>[] => [
  {
    name: 'Key',
    cell: ({ object, key }) => <RecordLink districtId={districtId} object={object} recordKey={key} />,
  },
  { name: 'Object', cell: ({ object }) => object },
  { name: 'Outcome', cell: ({ outcome }) => outcome },
  {
    name: 'Code',
    cell: ({ code, rule }) => (
      <span className="code" title={rule ?? undefined}>
        {code}
      </span>
    ),
  },
  { name: 'Field', cell: ({ field }) => field ?? '–' },
  { name: 'Message', cell: ({ message }) => <span title={message}>{message}</span> },
  {
    name: 'School',
    cell: ({ school }) => (school ? <SchoolName school={school} name={nameOf(school)} /> : '–'),
  },
  { name: 'Mended in', cell: ({ screen }) => screen ?? '–' },
  {
    name: 'Seen',
    cell: ({ seenAt, resyncId }) => (
      <Link href={`/runs/${resyncId}`}>
        <Time at={seenAt} />
      </Link>
    ),
  },
];
