import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { RecurringRequest, RequestPlan } from '../../../api/answers';
import { call, CallError } from '../../../api/call';
import { Button } from '../../../parts/button';
import { about, counted, number } from '../../../parts/format';
import { NeedsRight } from '../../../parts/needs-right';
import { Failed, Loading } from '../../../parts/states';
import { useSignedIn } from '../../../api/session';
import { AskDialog } from './ask-dialog';
import { ChangeRecurringDialog } from './change-recurring-dialog';
import { RepeatDialog } from './repeat-dialog';
import { type Choice, choiceAgain, choiceOf, districtsLike, nothingChosen } from './choice';
import { ObjectChoice } from '../../../parts/object-choice';
import { BudgetChoice, leastPerSecond } from './budget-choice';
import { DistrictChoice } from './district-choice';
import { WavesChoice } from './waves-choice';

/** `/requests/new`: whom to ask for what, what that comes to, and the question whether to. */
export function NewRequestPage() {
  return (
    <NeedsRight title="New State Request" rights={['stateRequest']} stateOnly>
      <Begun />
    </NeedsRight>
  );
}

interface Beginning {
  readonly choice: Choice;
  /** What is changed; `null`: it is a new one. */
  readonly recurring: RecurringRequest | null;
}

/**
 * Begins with what the address names: districts like those of a list, an earlier request's, or a
 * recurring request, which is changed.
 */
function Begun() {
  const [search] = useSearchParams();
  const again = search.get('again');
  const changed = search.get('recurring');
  const filter = Object.fromEntries([...search].filter(([name]) => name !== 'again'));
  const begun = useQuery({
    queryKey: ['choice', search.toString()],
    queryFn: async (): Promise<Beginning> => {
      if (changed !== null) return ofRecurring(changed);
      if (again !== null) return { choice: await choiceAgain(again), recurring: null };
      if (search.size === 0) return { choice: nothingChosen, recurring: null };
      return { choice: { ...nothingChosen, districts: await districtsLike(filter) }, recurring: null };
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <main className="page" id="content">
      <h1>{changed === null ? 'New State Request' : 'Change What Is Asked Again and Again'}</h1>
      {begun.data?.recurring && <p>{begun.data.recurring.name}</p>}
      {begun.error && <Failed error={begun.error} onAgain={() => void begun.refetch()} />}
      {begun.isPending && <Loading what="the districts" />}
      {begun.data && <Form begun={begun.data.choice} recurring={begun.data.recurring} />}
    </main>
  );
}

async function ofRecurring(scheduleId: string): Promise<Beginning> {
  const { items } = await call('/recurring-requests');
  const recurring = items.find((one) => one.scheduleId === scheduleId);
  if (!recurring) throw new CallError(404, 'There is no such recurring request any more.', null);
  return { choice: choiceOf(recurring), recurring };
}

interface FormProps {
  readonly begun: Choice;
  readonly recurring: RecurringRequest | null;
}

function Form({ begun, recurring }: FormProps) {
  const [, navigate] = useLocation();
  const [choice, setChoice] = useState(begun);
  const [asking, setAsking] = useState<'once' | 'again' | null>(null);
  const { districts: known } = useSignedIn();
  const { districts, objects } = choice;
  const missing =
    districts.length === 0
      ? 'Tick at least one district.'
      : objects.length === 0
        ? 'Tick at least one object.'
        : (choice.recordsPerSecond ?? leastPerSecond) < leastPerSecond
          ? `Let them write at least ${leastPerSecond} records a second.`
          : null;
  const plan = useQuery({
    queryKey: ['request-plan', choice],
    queryFn: () => call('/state-requests/plan', { method: 'POST', body: choice }),
    enabled: missing === null,
    placeholderData: (before) => (missing === null ? before : undefined),
    gcTime: 0,
    staleTime: 0,
  });
  const change = (part: Partial<Choice>): void => setChoice({ ...choice, ...part });
  const whyNot = missing ?? (plan.isFetching || !plan.data ? 'The plan is not there yet.' : null);
  return (
    <>
      <DistrictChoice chosen={districts} onChoose={(chosen) => change({ districts: chosen })} />
      <ObjectChoice
        districtId={known[0]?.id}
        allLabel="All that each district sends"
        chosen={objects}
        checkDependencies={choice.checkDependencies}
        onChoose={(chosen) => change({ objects: chosen })}
        onCheck={(checkDependencies) => change({ checkDependencies })}
      />
      <WavesChoice waves={choice.waves} onChoose={(waves) => change({ waves })} />
      <BudgetChoice
        perSecond={choice.recordsPerSecond}
        onChoose={(recordsPerSecond) => change({ recordsPerSecond })}
      />
      <section className="frame" aria-label="What it comes to">
        <div className="frame__title">
          <h2>What it comes to</h2>
        </div>
        <div className="request__plan" aria-busy={plan.isFetching}>
          {missing !== null && <p>{missing}</p>}
          {missing === null && plan.error && (
            <Failed error={plan.error} onAgain={() => void plan.refetch()} />
          )}
          {missing === null && plan.isLoading && <Loading what="the plan" />}
          {missing === null && plan.data && !plan.error && <Planned plan={plan.data} />}
        </div>
      </section>
      <div className="footer">
        <p className="footer__sum" role="status">
          {plan.data && missing === null && !plan.error
            ? `${counted(plan.data.districts, 'district')} would be asked for ${counted(plan.data.objects.length, 'object')}`
            : missing}
        </p>
        <Button
          main={recurring !== null}
          onPress={() => setAsking('again')}
          whyNot={plan.error ? 'It can’t be planned.' : whyNot}
        >
          {recurring === null ? 'Ask again and again…' : 'Save…'}
        </Button>
        {recurring === null && (
          <Button
            main
            onPress={() => setAsking('once')}
            whyNot={plan.error ? 'It can’t be planned.' : whyNot}
          >
            Request Resync…
          </Button>
        )}
      </div>
      {asking === 'again' && recurring !== null && (
        <ChangeRecurringDialog
          recurring={recurring}
          choice={choice}
          onClose={() => setAsking(null)}
          onSaved={() => navigate('/requests')}
        />
      )}
      {asking === 'again' && recurring === null && (
        <RepeatDialog choice={choice} onClose={() => setAsking(null)} />
      )}
      {asking === 'once' && plan.data && (
        <AskDialog
          choice={choice}
          plan={plan.data}
          onClose={() => setAsking(null)}
          onChanged={() => void plan.refetch()}
        />
      )}
    </>
  );
}

/** The figures of a plan, who is left out, and which objects come along. */
export function Planned({ plan }: { plan: RequestPlan }) {
  const { districts, names } = useNames();
  const { records, time, notRun, objects, waves } = plan;
  const added = objects.filter((object) => object.added);
  return (
    <>
      <dl className="facts">
        <dt>Districts</dt>
        <dd>
          {number(plan.districts)}
          {notRun.length > 0 && `, ${counted(notRun.length, 'district')} left out`}
        </dd>
        <dt>Objects</dt>
        <dd>
          {number(objects.length)}
          {added.length > 0 && `, of which needed by others: ${added.map(({ name }) => name).join(', ')}`}
        </dd>
        {waves.length > 0 && (
          <>
            <dt>Waves</dt>
            <dd>{waves.map((wave) => number(wave.districts)).join(', ')} districts, one after the other</dd>
          </>
        )}
        <dt>Records</dt>
        <dd>
          about {number(records.expected)}
          {records.unknownDistricts > 0 &&
            `, without ${counted(records.unknownDistricts, 'district')} that never sent all`}
        </dd>
        <dt>Time</dt>
        <dd>
          {time === null
            ? 'not known'
            : `${about(time.seconds)}, ${counted(time.inFlight, 'district')} at a time at most`}
        </dd>
      </dl>
      {notRun.length > 0 && (
        <details>
          <summary>{counted(notRun.length, 'district')} left out, and why</summary>
          <ul>
            {notRun.slice(0, 100).map(({ districtId, why }) => (
              <li key={districtId}>
                <strong>{names.get(districtId) ?? districtId}</strong>: {why}
              </li>
            ))}
          </ul>
          {notRun.length > 100 && <p className="soft">… of {number(districts)} districts in all</p>}
        </details>
      )}
    </>
  );
}

function useNames() {
  const { districts } = useSignedIn();
  return { districts: districts.length, names: new Map(districts.map(({ id, name }) => [id, name])) };
}
