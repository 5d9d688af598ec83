import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Verification, VerifiedObject } from '../api/answers';
import { call, CallError } from '../api/call';
import { useNotices } from '../api/live';
import { useRight, useSignedIn } from '../api/session';
import { Button } from '../parts/button';
import { counted, longYear, number } from '../parts/format';
import { Person } from '../parts/person';
import { Failed, Loading, NotHere, useTitle } from '../parts/states';
import { useAddress } from '../parts/use-address';
import { Time } from '../parts/zone';
import { endedVerification } from '../../domain/verification';
import { SamplesView } from './verification/samples-view';
import { SchoolsView } from './verification/schools-view';
import { SinceView } from './verification/since-view';
import { VerificationStatusMark } from './verification-mark';
import { ComparedCounts, ComparedTitles } from './verification/compared-columns';

/** `/verifications/{id}`: what differs between the editions, and what mends it. */
export function VerificationPage({ verificationId }: { verificationId: string }) {
  useTitle('Verification');
  useNotices(`verification:${verificationId}`, ['verification', verificationId]);
  const { data, error, refetch } = useQuery({
    queryKey: ['verification', verificationId],
    queryFn: () => call(`/verifications/${encodeURIComponent(verificationId)}`),
  });
  if (error instanceof CallError && error.status === 404)
    return <NotHere title="Not here">There is no such verification, or it is not yours to see.</NotHere>;
  if (error instanceof CallError && error.status === 403)
    return (
      <NotHere title="Verification">
        This page needs the tool right verificationSummary. Your administrators grant it.
      </NotHere>
    );
  return (
    <main className="page" id="content">
      {error && <Failed error={error} onAgain={() => void refetch()} />}
      {data ? <Found verification={data} /> : !error && <Loading what="the verification" />}
    </main>
  );
}

const views = [
  ['', 'Objects'],
  ['schools', 'Schools'],
  ['samples', 'Records'],
  ['since', 'Since the one before'],
] as const;

function Found({ verification }: { verification: Verification }) {
  const { districts } = useSignedIn();
  const { districtId, schoolYear, requestedAt, requestedBy, message } = verification;
  const district = districts.find(({ id }) => id === districtId);
  const base = `/verifications/${verification.verificationId}`;
  const asked = useAddress().get('view');
  const queries = useQueryClient();
  // One that belongs to a resync ends with it.
  const mayCancel = !endedVerification.includes(verification.status) && verification.resyncId === null;
  const cancel = useMutation({
    mutationFn: () => call(`/verifications/${verification.verificationId}/cancel`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['verification', verification.verificationId] }),
  });
  const view = views.find(([name]) => name === asked)?.[0] ?? '';
  return (
    <>
      <p>
        <Link href={`/d/${districtId}/verifications`}>
          {district?.name ?? districtId}: Verification Summary
        </Link>
      </p>
      <h1>
        Verification · <Time at={requestedAt} />
      </h1>
      <p className="soft">
        asked by <Person by={requestedBy} /> · {longYear(schoolYear)}
      </p>
      <div className="verdict">
        <VerificationStatusMark verification={verification} />
        {message !== null && <p className="soft">{message}</p>}
        {mayCancel && (
          <div>
            <Button onPress={() => cancel.mutate()} whyNot={cancel.isPending ? 'It is being told.' : null}>
              Cancel the comparison
            </Button>
          </div>
        )}
        {cancel.error && <Failed error={cancel.error} onAgain={() => cancel.reset()} />}
      </div>
      <Proposal verification={verification} />
      <nav className="tabs" aria-label="Parts of the comparison">
        {views.map(([name, label]) => (
          <Link
            key={name}
            href={name === '' ? base : `${base}?view=${name}`}
            aria-current={name === view ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {view === '' && <ObjectsView verification={verification} />}
      {view === 'schools' && <SchoolsView verification={verification} />}
      {view === 'samples' && <SamplesView verification={verification} />}
      {view === 'since' && <SinceView verification={verification} />}
      <p className="files small soft">
        The whole report as{' '}
        {(['csv', 'xlsx'] as const).map((format) => (
          <a key={format} href={`/api/v1${base}/report?format=${format}`} download>
            {format.toUpperCase()}
          </a>
        ))}
      </p>
    </>
  );
}

function ObjectsView({ verification }: { verification: Verification }) {
  const [differing, setDiffering] = useState(true);
  const { objectResults, status } = verification;
  const rows = objectResults.filter((row) => !differing || differs(row));
  const ended = endedVerification.includes(status);
  return (
    <>
      <label className="choice">
        <input
          type="checkbox"
          className="tick"
          checked={differing}
          onChange={({ target }) => setDiffering(target.checked)}
        />
        Differing only
      </label>
      {rows.length === 0 ? (
        <p>
          {objectResults.length === 0
            ? 'The objects are shown when it has begun.'
            : `No object differs${ended ? '' : ' so far'}.`}
        </p>
      ) : (
        <Objects rows={rows} />
      )}
    </>
  );
}

function differs({ counts, status }: VerifiedObject): boolean {
  return status === 'failed' || counts.missing + counts.different + counts.extra > 0;
}

/** What mends it, ready to be sent on the batch page. */
function Proposal({ verification }: { verification: Verification }) {
  const maySend = useRight('resyncBatch');
  const { objectsToResync, districtId, schoolYear } = verification;
  if (objectsToResync === null || objectsToResync.length === 0) return null;
  const ticked = new URLSearchParams({
    year: String(schoolYear),
    tick: objectsToResync.join(','),
    deps: '0',
  });
  return (
    <p className="banner">
      {counted(objectsToResync.length, 'object')} to send, which mends all that a resync can:{' '}
      {objectsToResync.join(', ')}.{' '}
      {maySend && (
        <Link href={`/d/${districtId}/batch?${ticked.toString()}`}>Tick them on the batch page</Link>
      )}
    </p>
  );
}

function Objects({ rows }: { rows: readonly VerifiedObject[] }) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Object</th>
            <ComparedTitles />
            <th scope="col" className="wide number">
              Expected exclusions
            </th>
            <th scope="col" className="wide">
              A resync would
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ object, counts, predicted, message }) => (
            <tr key={object}>
              <th scope="row">
                {object}
                {message !== null && <div className="small soft">{message}</div>}
              </th>
              <ComparedCounts counts={counts} />
              <td className="wide number">{number(counts.excluded)}</td>
              <td className="wide">
                insert {number(predicted.inserted)}, update {number(predicted.updated)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
