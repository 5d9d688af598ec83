import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { PlanReason } from '../../../domain/plan-order';
import type { Scenario } from '../../../domain/resync';
import type { District, Plan } from '../../api/answers';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Tick } from '../../parts/fields';
import { about, counted, longYear, number } from '../../parts/format';
import { Failed, Loading } from '../../parts/states';
import { Time } from '../../parts/zone';
import { scenarioNames } from '../../text';
import type { Selection } from './selection';

interface SendDialogProps {
  readonly district: District;
  readonly schoolYear: number;
  readonly selection: Selection;
  readonly onClose: () => void;
}

/**
 * Asks before it sends. The server's own plan is what is shown, and its hash is sent with OK: a
 * plan that changed meanwhile is refused instead of carried out unseen.
 */
export function SendDialog({ district, schoolYear, selection, onClose }: SendDialogProps) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [scenario, setScenario] = useState<Scenario>('OTHER');
  const [everything, setEverything] = useState(false);
  const [removes, setRemoves] = useState(false);
  // The same key for every try of this window: pressed twice, it is sent once.
  const [key] = useState(() => crypto.randomUUID());
  const { objects, checkDependencies } = selection;
  const mode = everything ? ('everything' as const) : ('compare' as const);
  const asked = { objects, checkDependencies, schoolYear, mode };
  const plan = useQuery({
    queryKey: ['plan', district.id, asked],
    queryFn: () => call(`/districts/${district.id}/plan`, { method: 'POST', body: asked }),
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: 0,
  });
  const send = useMutation({
    mutationFn: (planHash: string) =>
      call(`/districts/${district.id}/resyncs`, {
        method: 'POST',
        body: { ...asked, scenario, planHash, ...(removes && { removals: 'apply' }) },
        headers: { 'Idempotency-Key': key },
      }),
    onSuccess: (started) => {
      void queries.invalidateQueries({ queryKey: ['objects', district.id] });
      if ('resyncId' in started) navigate(`/runs/${started.resyncId}`);
    },
    onError: () => plan.refetch(),
  });
  const problem = plan.data?.scenarios.find((known) => known.scenario === scenario)?.whyNot ?? null;
  const whyNot = problem ?? (plan.data ? null : 'The plan is not there yet.');
  const count = plan.data?.objects.length ?? selection.plan.reasons.size;
  const submit = (): void => {
    if (plan.data) send.mutate(plan.data.planHash);
  };
  return (
    <Dialog
      title={`Send ${counted(count, 'object')} of ${longYear(schoolYear)} to the state?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={submit} whyNot={send.isPending ? 'It is being sent.' : whyNot}>
            OK
          </Button>
        </>
      }
    >
      {plan.error && <Failed error={plan.error} onAgain={() => void plan.refetch()} />}
      {plan.data ? <Planned plan={plan.data} /> : !plan.error && <Loading what="the plan" />}
      <ScenarioChoice plan={plan.data} scenario={scenario} onChoose={setScenario} />
      {problem !== null && (
        <p role="alert" className="banner">
          {problem}
        </p>
      )}
      <details>
        <summary>Advanced</summary>
        <Tick
          label="Send every record, without comparing first"
          ticked={everything}
          onChange={setEverything}
        />
        <Tick
          label="Remove at the state what is no longer at the district"
          ticked={removes}
          onChange={setRemoves}
        />
        {removes && (
          <p className="small soft">
            Where it is much of an object, the resync stops and somebody else has to approve first.
          </p>
        )}
      </details>
      {send.error && <Failed error={send.error} onAgain={submit} />}
    </Dialog>
  );
}

interface ScenarioChoiceProps {
  readonly plan: Plan | undefined;
  readonly scenario: Scenario;
  readonly onChoose: (scenario: Scenario) => void;
}

function ScenarioChoice({ plan, scenario, onChoose }: ScenarioChoiceProps) {
  const { session } = useSignedIn();
  const known = (plan?.scenarios ?? [{ scenario: 'OTHER' as const, whyNot: null }]).filter(
    (choice) =>
      choice.scenario !== 'STATE_REQUEST' ||
      (session.level === 'state' && session.rights.includes('stateRequest')),
  );
  return (
    <label className="choice">
      Why it is made
      <select
        className="field"
        value={scenario}
        onChange={({ target }) => onChoose(target.value as Scenario)}
      >
        {known.map(({ scenario: name, whyNot }) => (
          <option key={name} value={name}>
            {scenarioNames[name]}
            {whyNot !== null && ' (not now)'}
          </option>
        ))}
      </select>
    </label>
  );
}

/** So many are read at a glance. */
const fewNames = 12;

function Names({ names }: { names: readonly string[] }) {
  if (names.length <= fewNames) return names.join(', ');
  return (
    <details>
      <summary>{counted(names.length, 'object')}</summary>
      {names.join(', ')}
    </details>
  );
}

function Planned({ plan }: { plan: Plan }) {
  const names = (kind: PlanReason['kind']) =>
    plan.objects.filter(({ reason }) => reason.kind === kind).map(({ name }) => name);
  const { records, time, queue, heldUntil, verification } = plan;
  return (
    <dl className="facts">
      <dt>Ticked</dt>
      <dd>
        <Names names={names('requested')} />
      </dd>
      {names('dependency').length > 0 && (
        <>
          <dt>Needed by them</dt>
          <dd>
            <Names names={names('dependency')} />
          </dd>
        </>
      )}
      {plan.omitted.length > 0 && (
        <>
          <dt>Left out</dt>
          <dd>{plan.omitted.map(({ name, why }) => `${name} (${why})`).join(', ')}</dd>
        </>
      )}
      <dt>Records</dt>
      <dd>
        {records.unknown.length === plan.objects.length
          ? 'how many is not known: they were never sent in this way'
          : `about ${number(records.expected)}`}
        {records.unknown.length > 0 &&
          records.unknown.length < plan.objects.length &&
          `, and those of ${records.unknown.join(', ')}, never sent so far`}
      </dd>
      <dt>Time</dt>
      <dd>
        {time === null ? 'not known yet' : `${about(time.seconds)}, by ${counted(time.runs, 'earlier run')}`}
      </dd>
      {queue !== null && queue.ahead > 0 && (
        <>
          <dt>Waits for</dt>
          <dd>{counted(queue.ahead, 'resync')} ahead of it</dd>
        </>
      )}
      {heldUntil !== null && (
        <>
          <dt>Held until</dt>
          <dd>
            <Time at={heldUntil} />, the end of a blackout window
          </dd>
        </>
      )}
      <dt>Compared</dt>
      <dd>
        {verification === null ? (
          'No verification of this year yet.'
        ) : (
          <Verified verification={verification} />
        )}
      </dd>
      {plan.notes.length > 0 && (
        <>
          <dt>To know</dt>
          <dd>{plan.notes.map(({ object, note }) => `${object}: ${note}`).join(' ')}</dd>
        </>
      )}
    </dl>
  );
}

function Verified({ verification }: { verification: NonNullable<Plan['verification']> }) {
  const { finishedAt, resyncNecessary, ofThese } = verification;
  return (
    <>
      <Time at={finishedAt} />:{' '}
      {!resyncNecessary
        ? 'no resync is necessary'
        : ofThese.length === 0
          ? 'a resync is necessary, but of none of these'
          : `a resync is necessary, of these for ${ofThese.join(', ')}`}
    </>
  );
}
