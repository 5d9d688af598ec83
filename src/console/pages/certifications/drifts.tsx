import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call';
import { type Live, whileLost } from '../../api/live';
import type { Drift } from '../../api/answers';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { number } from '../../parts/format';
import { ListView, usePaged } from '../../parts/paged';
import { Failed } from '../../parts/states';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';

/** What has changed at the state since it was certified. */
export function Drifts({ certificationId, live }: { certificationId: string; live: Live }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<string | null>(null);
  const path = `/certifications/${certificationId}/drift` as const;
  const key = ['certification', certificationId, 'drifts'];
  const drifts = useQuery({
    queryKey: key,
    queryFn: () => call(path),
    refetchInterval: whileLost(live),
  });
  const compare = useMutation({
    mutationFn: () => call(path, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  return (
    <section className="section" aria-label="Changes since then">
      <div className="page__head">
        <h2>Changes since then</h2>
        <Button onPress={() => compare.mutate()} whyNot={compare.isPending ? 'It is being asked for.' : null}>
          Compare with now
        </Button>
      </div>
      {compare.error && <Failed error={compare.error} onAgain={() => compare.mutate()} />}
      <Answer query={drifts} what="the comparisons">
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">It has not been compared with a later day yet.</p>
          ) : (
            <ul className="plain section">
              {items.map((drift) => (
                <li key={drift.driftId}>
                  <Time at={drift.measuredAt ?? drift.requestedAt} /> <Verdict drift={drift} />{' '}
                  {drift.status === 'finished' && (
                    <button
                      type="button"
                      className="button button--link"
                      aria-expanded={open === drift.driftId}
                      onClick={() => setOpen(open === drift.driftId ? null : drift.driftId)}
                    >
                      {open === drift.driftId ? 'Close' : 'Show it'}
                    </button>
                  )}
                  {open === drift.driftId && <Rows path={`${path}/${drift.driftId}`} />}
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </section>
  );
}

function Verdict({ drift: { status, counts, message } }: { drift: Drift }) {
  if (status === 'failed') return <Status glyph="failed">{message ?? 'It failed'}</Status>;
  if (counts === null) return <Status glyph="waiting">Being compared</Status>;
  const changed = counts.changed + counts.new + counts.gone + counts.incomparable;
  return changed === 0 ? (
    <Status glyph="green">Nothing has changed</Status>
  ) : (
    <Status glyph="yellow">
      {number(counts.changed)} changed, {number(counts.new)} new, {number(counts.gone)} gone,{' '}
      {number(counts.incomparable)} not comparable
    </Status>
  );
}

function Rows({ path }: { path: `/certifications/${string}/drift/${string}` }) {
  const list = usePaged(path, { limit: '100' }, null);
  return (
    <ListView list={list} what="the comparison" empty="Nothing was counted.">
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col">Result</th>
              <th scope="col" className="wide">
                School
              </th>
              <th scope="col" className="number">
                Certified
              </th>
              <th scope="col" className="number">
                Now
              </th>
            </tr>
          </thead>
          <tbody>
            {list.pages
              ?.flatMap(({ items }) => items)
              .map((row) => (
                <tr key={`${row.object} ${row.school} ${row.schoolYear}`}>
                  <th scope="row">{row.object}</th>
                  <td>
                    {row.result}
                    {row.why !== null && <div className="small soft">{row.why}</div>}
                  </td>
                  <td className="wide">{row.school ?? '–'}</td>
                  <td className="number">{row.certified === null ? '–' : number(row.certified.records)}</td>
                  <td className="number">{row.today === null ? '–' : number(row.today.records)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </ListView>
  );
}
