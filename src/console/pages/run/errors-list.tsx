import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { RecordError, Resync } from '../../api/answers';
import { counted, number } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import type { useAddress } from '../../parts/use-address';
import { type Column, type Stretch, VirtualRows } from '../../parts/virtual-rows';
import { RecordLink } from '../records/record-link';
import { RetryButton } from './retry-button';
import { type ErrorFilter, useErrorPages } from './use-error-pages';

/** Rows that are scrolled past aren't asked for. */
const passingMs = 150;
/** The address tells the place once it is rested upon. */
const restingMs = 400;

interface ErrorsListProps {
  readonly run: Resync;
  readonly filter: ErrorFilter;
  readonly address: ReturnType<typeof useAddress>;
}

/** All errors that a filter leaves, in a list that any row of can be gone to. */
export function ErrorsList({ run, filter, address }: ErrorsListProps) {
  const [start, setStart] = useState(() => ({ index: Math.max(0, Number(address.get('at')) - 1) || 0 }));
  const [shown, setShown] = useState<Stretch>({ first: start.index, last: start.index });
  const { total, rowAt, error, again } = useErrorPages(run, filter, shown);
  const latest = useRef(shown);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onShown = useCallback((now: Stretch) => {
    if (now.first === latest.current.first && now.last === latest.current.last) return;
    latest.current = now;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setShown(latest.current);
    }, passingMs);
  }, []);
  const { set } = address;
  const setAt = useRef(set);
  useEffect(() => {
    setAt.current = set;
  });
  const { first } = shown;
  useEffect(() => {
    const rest = setTimeout(() => setAt.current('at', first === 0 ? '' : String(first + 1)), restingMs);
    return () => clearTimeout(rest);
  }, [first]);

  if (error !== null && total === null) return <Failed error={error} onAgain={again} />;
  if (total === null) return <Loading what="the errors" />;
  if (total === 0) {
    const filtered = Object.values(filter).some((value) => value !== null);
    return <p>{filtered ? 'No error has all of this.' : 'No record has an error.'}</p>;
  }
  return (
    <>
      <div className="bar">
        <p role="status" className="soft">
          {counted(total, 'record')}
        </p>
        {Object.values(filter).some((value) => value !== null) && (
          <RetryButton run={run} filter={filter} records={total} />
        )}
        <GoToRow total={total} onGo={(index) => setStart({ index })} />
      </div>
      <VirtualRows
        label="Records with errors"
        count={total}
        rowAt={rowAt}
        columns={columnsOf(run.districtId)}
        widths="list--run-errors"
        start={start}
        onShown={onShown}
      />
      {error !== null && <Failed error={error} onAgain={again} />}
    </>
  );
}

function GoToRow({ total, onGo }: { total: number; onGo: (index: number) => void }) {
  const [text, setText] = useState('');
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const row = Math.min(total, Math.max(1, Math.trunc(Number(text))));
    if (text.trim() !== '' && Number.isFinite(row)) onGo(row - 1);
  };
  return (
    <form className="bar__end" onSubmit={go}>
      <label>
        Go to row{' '}
        <input
          className="field"
          inputMode="numeric"
          size={8}
          value={text}
          placeholder={`1 – ${number(total)}`}
          onChange={({ target }) => setText(target.value.replace(/\D/g, ''))}
        />
      </label>
    </form>
  );
}

const columnsOf = (districtId: string): readonly Column<RecordError>[] => [
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
    name: 'Parent',
    cell: ({ parent }) => (parent ? `${parent.object} ${parent.key?.join(', ') ?? ''}` : '–'),
  },
  { name: 'Mended in', cell: ({ screen }) => screen ?? '–' },
];
