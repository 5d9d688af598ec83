import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { PlanReason } from '../../../domain/plan-order';
import { type Scenario, scenarios } from '../../../domain/resync';
import { scenarioProblem } from '../../../domain/scenario-rules';
import type { YearKind } from '../../../domain/school-year';
import type { District, Plan, TableObject } from '../../api/answers';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted, longYear } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import { scenarioNames } from '../../text';
import { recordsInWords } from './records';
import type { Selection } from './selection';

interface SendDialogProps {
  readonly district: District;
  readonly schoolYear: number;
  readonly kind: YearKind;
  readonly selection: Selection;
  readonly items: readonly TableObject[];
  readonly onClose: () => void;
}

/** Asks before it sends: the server's own plan is what is shown, and what OK sends. */
export function SendDialog({ district, schoolYear, kind, selection, items, onClose }: SendDialogProps) {
  const { session } = useSignedIn();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [scenario, setScenario] = useState<Scenario>('OTHER');
  const [everything, setEverything] = useState(false);
  // The same key for every try of this window: pressed twice, it is sent once.
  const [key] = useState(() => crypto.randomUUID());
  const { objects, checkDependencies } = selection;
  const asked = { objects, checkDependencies, schoolYear };
  const plan = useQuery({
    queryKey: ['plan', district.id, asked],
    queryFn: () => call<Plan>(`/districts/${district.id}/plan`, { method: 'POST', body: asked }),
    gcTime: 0,
    staleTime: 0,
  });
  const send = useMutation({
    mutationFn: () =>
      call<{ resyncId: string }>(`/districts/${district.id}/resyncs`, {
        method: 'POST',
        body: { ...asked, scenario, mode: everything ? 'everything' : 'compare' },
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: ({ resyncId }) => {
      void queries.invalidateQueries({ queryKey: ['objects', district.id] });
      navigate(`/runs/${resyncId}`);
    },
  });
  const year = { kind, schoolYear, currentYear: district.schoolYear };
  const known = scenarios.filter(
    (name) =>
      name !== 'STATE_REQUEST' || (session.level === 'state' && session.rights.includes('stateRequest')),
  );
  const problem = scenarioProblem(scenario, objects, year)?.why ?? null;
  const whyNot = problem ?? (plan.data ? null : 'The plan is not there yet.');
  const count = plan.data?.objects.length ?? selection.plan.reasons.size;
  return (
    <Dialog
      title={`Send ${counted(count, 'object')} of ${longYear(schoolYear)} to the state?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => send.mutate()} whyNot={send.isPending ? 'It is being sent.' : whyNot}>
            OK
          </Button>
        </>
      }
    >
      {plan.error && <Failed error={plan.error} onAgain={() => void plan.refetch()} />}
      {plan.data ? <Planned plan={plan.data} items={items} /> : !plan.error && <Loading what="the plan" />}
      <label>
        Why it is made{' '}
        <select
          className="field"
          value={scenario}
          onChange={({ target }) => setScenario(target.value as Scenario)}
        >
          {known.map((name) => (
            <option key={name} value={name}>
              {scenarioNames[name]}
            </option>
          ))}
        </select>
      </label>
      {problem !== null && (
        <p role="alert" className="banner">
          {problem}
        </p>
      )}
      <details>
        <summary>Advanced</summary>
        <label className="choice">
          <input
            type="checkbox"
            className="tick"
            checked={everything}
            onChange={({ target }) => setEverything(target.checked)}
          />
          Send every record, without comparing first
        </label>
      </details>
      {send.error && <Failed error={send.error} onAgain={() => send.mutate()} />}
    </Dialog>
  );
}

function Planned({ plan, items }: { plan: Plan; items: readonly TableObject[] }) {
  const names = (kind: PlanReason['kind']) =>
    plan.objects.filter(({ reason }) => reason.kind === kind).map(({ name }) => name);
  const planned = plan.objects.map(({ name }) => name);
  return (
    <dl className="facts">
      <dt>Ticked</dt>
      <dd>{names('requested').join(', ')}</dd>
      {names('dependency').length > 0 && (
        <>
          <dt>Needed by them</dt>
          <dd>{names('dependency').join(', ')}</dd>
        </>
      )}
      {plan.omitted.length > 0 && (
        <>
          <dt>Left out</dt>
          <dd>{plan.omitted.map(({ name, why }) => `${name} (${why})`).join(', ')}</dd>
        </>
      )}
      <dt>Records</dt>
      <dd>{recordsInWords(items, planned)}</dd>
      {plan.notes.length > 0 && (
        <>
          <dt>To know</dt>
          <dd>{plan.notes.map(({ object, note }) => `${object}: ${note}`).join(' ')}</dd>
        </>
      )}
    </dl>
  );
}
