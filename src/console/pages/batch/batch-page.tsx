import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { District, ObjectsTable } from '../../api/answers';
import { call } from '../../api/call';
import { useNotices } from '../../api/live';
import { useRight } from '../../api/session';
import { counted, longYear } from '../../parts/format';
import { Button } from '../../parts/button';
import { Failed, Loading } from '../../parts/states';
import { batchText, procedures } from '../../text';
import { DistrictPage } from '../district-page';
import { regionInWords } from '../region-words';
import { ObjectsTree } from './objects-tree';
import { recordsInWords } from './records';
import { type Selection, useSelection } from './selection';
import { SendDialog } from './send-dialog';

/** The tool's page: objects, their last resyncs, and what to send. */
export function BatchPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Resync State Data – Batch" right="resyncBatch">
      {(district) => <Batch district={district} />}
    </DistrictPage>
  );
}

function Batch({ district }: { district: District }) {
  const [search, setSearch] = useSearchParams();
  const asked = Number(search.get('year'));
  const year = district.years.find(({ schoolYear }) => schoolYear === asked) ?? {
    schoolYear: district.schoolYear,
    kind: 'current' as const,
  };
  const { schoolYear, kind } = year;
  const queries = useQueryClient();
  useNotices(`district:${district.id}`, ['objects', district.id]);
  const table = useQuery({
    queryKey: ['objects', district.id, schoolYear],
    // Of the present year as the page's preload asks for it.
    queryFn: () =>
      call(`/districts/${district.id}/objects`, {
        query: { schoolYear: kind === 'current' ? '' : String(schoolYear) },
      }),
    // What was seen before may be of before a run: shown, and asked for anew.
    staleTime: 0,
  });
  const named = { current: 'Current', previous: 'Previous', next: 'Next' } as const;
  const title = `Resync Data For The ${named[kind]} School Year (${longYear(schoolYear)})`;
  return (
    <main className="page" id="content">
      <h1>Resync State Data – Batch</h1>
      <p>{batchText.what}</p>
      {district.region !== null && <p className="soft">{regionInWords(district.region)}</p>}
      <HowTo />
      {table.error && (
        <Failed
          error={table.error}
          onAgain={() => void queries.invalidateQueries({ queryKey: ['objects'] })}
        />
      )}
      {table.data ? (
        <Table
          key={schoolYear}
          table={table.data}
          title={title}
          district={district}
          kind={kind}
          stale={table.error !== null}
          onYear={(next) => setSearch(next === district.schoolYear ? {} : { year: String(next) })}
        />
      ) : (
        !table.error && <Loading what="the objects" />
      )}
    </main>
  );
}

interface TableProps {
  readonly table: ObjectsTable;
  readonly title: string;
  readonly district: District;
  readonly kind: 'current' | 'previous' | 'next';
  readonly stale: boolean;
  readonly onYear: (schoolYear: number) => void;
}

function Table({ table: { items, schoolYear }, title, district, kind, stale, onYear }: TableProps) {
  const selection = useSelection(items);
  const [find, setFind] = useState('');
  const [sending, setSending] = useState(false);
  return (
    <>
      <section className={stale ? 'frame stale' : 'frame'} aria-labelledby="batch-title">
        <div className="frame__title">
          <h2 id="batch-title">{title}</h2>
          {district.years.length > 1 && (
            <label>
              Year{' '}
              <select
                className="field"
                value={schoolYear}
                onChange={({ target }) => onYear(Number(target.value))}
              >
                {district.years.map((offered) => (
                  <option key={offered.schoolYear} value={offered.schoolYear}>
                    {`${longYear(offered.schoolYear)} (${offered.kind})`}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className="choice">
            <input
              type="checkbox"
              className="tick"
              checked={selection.checkDependencies}
              onChange={({ target }) => selection.setCheckDependencies(target.checked)}
            />
            Check dependencies
          </label>
          <label className="bar__end">
            Find{' '}
            <input
              className="field"
              type="search"
              value={find}
              onChange={({ target }) => setFind(target.value)}
            />
          </label>
        </div>
        <ObjectsTree items={items} selection={selection} find={find.trim()} />
      </section>
      {kind !== 'current' && <p className="soft">{batchText.otherYear}</p>}
      <Footer selection={selection} items={items} onSend={() => setSending(true)} />
      {sending && (
        <SendDialog
          district={district}
          schoolYear={schoolYear}
          selection={selection}
          onClose={() => setSending(false)}
        />
      )}
    </>
  );
}

interface FooterProps {
  readonly selection: Selection;
  readonly items: ObjectsTable['items'];
  readonly onSend: () => void;
}

function Footer({ selection, items, onSend }: FooterProps) {
  const { plan, said } = selection;
  const planned = [...plan.reasons.keys()];
  const ticked = [...plan.reasons.values()].filter(({ kind }) => kind === 'requested').length;
  const maySend = useRight('resyncBatch');
  const whyNot = maySend
    ? (plan.problem ?? (planned.length === 0 ? 'Tick at least one object.' : null))
    : 'Sending needs the tool right resyncBatch.';
  return (
    <div className="footer">
      <div className="footer__sum">
        {plan.problem ??
          (planned.length === 0
            ? 'Nothing is ticked.'
            : `${counted(planned.length, 'object')}: ${ticked} ticked, ${planned.length - ticked} needed by them · ${recordsInWords(items, planned)}`)}
        {plan.omitted.length > 0 && (
          <details>
            <summary>{counted(plan.omitted.length, 'object')} left out</summary>
            <ul>
              {plan.omitted.map(({ name, why }) => (
                <li key={name}>
                  {name}: {why}
                </li>
              ))}
            </ul>
          </details>
        )}
        <p role="status" className="small soft">
          {said}
        </p>
      </div>
      <Button main onPress={onSend} whyNot={whyNot}>
        Send Resync
      </Button>
    </div>
  );
}

function HowTo() {
  return (
    <details>
      <summary>How to resync, step by step</summary>
      {procedures.map(({ title, steps }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ol>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </section>
      ))}
    </details>
  );
}
