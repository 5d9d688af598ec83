import { useQuery } from '@tanstack/react-query';
import type { Finding } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { counted } from '../../parts/format';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';

const levels = {
  ok: { glyph: 'green', text: 'Well' },
  warn: { glyph: 'yellow', text: 'Look at it' },
  fail: { glyph: 'red', text: 'Not well' },
} as const;

/** What the doctor finds: databases, their settings, rights and clocks, and Temporal. */
export function Doctor() {
  const doctor = useQuery({
    queryKey: ['doctor'],
    queryFn: () => call('/doctor'),
    staleTime: Infinity,
  });
  return (
    <section className="section" aria-label="Is it well?">
      <div className="page__head">
        <h2>Is it well?</h2>
        <Button
          onPress={() => void doctor.refetch()}
          whyNot={doctor.isFetching ? 'It is being checked.' : null}
        >
          Check again
        </Button>
      </div>
      <Answer query={doctor} what="what the doctor finds">
        {({ checkedAt, items }) => (
          <>
            <p role="status">
              {counted(items.filter(({ level }) => level !== 'ok').length, 'finding')} to look at, checked{' '}
              <Time at={checkedAt} />
            </p>
            <div className="frame">
              <table className="table table--stack">
                <thead>
                  <tr>
                    <th scope="col">Checked</th>
                    <th scope="col">State</th>
                    <th scope="col" className="wide">
                      Found
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {[...items].sort(worstFirst).map(({ level, check, found, todo }) => (
                    <tr key={`${check} ${found}`}>
                      <th scope="row">{check}</th>
                      <td>
                        <Status glyph={levels[level].glyph}>{levels[level].text}</Status>
                      </td>
                      <td className="wide">
                        {found}
                        {todo !== null && <div className="small">{todo}</div>}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Answer>
    </section>
  );
}

const order = ['fail', 'warn', 'ok'];

function worstFirst(a: Finding, b: Finding): number {
  return order.indexOf(a.level) - order.indexOf(b.level);
}
