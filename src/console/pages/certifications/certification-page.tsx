import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { WithManifest } from '../../api/answers';
import { call } from '../../api/call';
import { type Live, useNotices, whileLost } from '../../api/live';
import { Answer } from '../../parts/answer';
import { longYear, number } from '../../parts/format';
import { Person } from '../../parts/person';
import { NeedsRight } from '../../parts/needs-right';
import { Status } from '../../parts/status';
import { Time } from '../../parts/zone';
import { Drifts } from './drifts';
import { certificationStatuses } from './statuses';

/** `/certifications/{id}`: what was counted and signed, and what has changed since. */
export function CertificationPage({ certificationId }: { certificationId: string }) {
  return (
    <NeedsRight title="Certification" rights={['verificationSummary']}>
      <Loaded id={certificationId} />
    </NeedsRight>
  );
}

function Loaded({ id }: { id: string }) {
  const live = useNotices(`certification:${id}`, ['certification', id]);
  const found = useQuery({
    queryKey: ['certification', id, 'head'],
    queryFn: () => call(`/certifications/${encodeURIComponent(id)}`),
    refetchInterval: whileLost(live),
  });
  return (
    <main className="page" id="content">
      <p className="small">
        <Link href="/certifications">Certifications</Link>
      </p>
      {!found.data && <h1>Certification</h1>}
      <Answer query={found} what="the certification">
        {(certification) => <Shown certification={certification} live={live} />}
      </Answer>
    </main>
  );
}

function Shown({ certification, live }: { certification: WithManifest; live: Live }) {
  const { certificationId, name, status, message, reportingDate, schoolYear, manifest } = certification;
  const { glyph, text } = certificationStatuses[status];
  return (
    <>
      <h1>{name}</h1>
      <div className="verdict">
        <Status glyph={glyph}>{text}</Status>
        {message !== null && <p className="soft">{message}</p>}
      </div>
      <dl className="facts">
        <dt>District</dt>
        <dd>
          {manifest === null
            ? certification.districtId
            : `${manifest.district.name} (${manifest.district.number})`}
        </dd>
        <dt>For</dt>
        <dd>
          {reportingDate}, {longYear(schoolYear)}
        </dd>
        <dt>Asked for</dt>
        <dd>
          <Time at={certification.requestedAt} /> by <Person by={certification.requestedBy} />
        </dd>
        {manifest !== null && (
          <>
            <dt>Counted</dt>
            <dd>
              <Time at={manifest.measuredAt} />: {number(certification.records ?? 0)} records
              {manifest.newestResync !== null && (
                <>
                  , after the <Link href={`/runs/${manifest.newestResync.resyncId}`}>resync</Link> that ended{' '}
                  <Time at={manifest.newestResync.endedAt} />
                </>
              )}
            </dd>
          </>
        )}
        {certification.verified !== null && (
          <>
            <dt>Signature</dt>
            <dd>
              <Status glyph={certification.verified ? 'green' : 'red'}>
                {certification.verified ? 'Fits' : (certification.problem ?? 'Does not fit')}
              </Status>{' '}
              <span className="code soft">key {certification.kid}</span>{' '}
              <a href={`/api/v1/certifications/${certificationId}/manifest`} download>
                The signed document
              </a>
            </dd>
          </>
        )}
      </dl>
      {status === 'certified' && <Drifts certificationId={certificationId} live={live} />}
      {manifest !== null && <Counted objects={manifest.objects} />}
    </>
  );
}

function Counted({ objects }: { objects: NonNullable<WithManifest['manifest']>['objects'] }) {
  return (
    <section className="section" aria-label="What was counted">
      <h2>What was counted</h2>
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col" className="number">
                Records
              </th>
              <th scope="col" className="number">
                Schools
              </th>
            </tr>
          </thead>
          <tbody>
            {objects.map(({ object, counts }) => (
              <tr key={object}>
                <th scope="row">{object}</th>
                <td className="number">{number(counts.reduce((sum, { records }) => sum + records, 0))}</td>
                <td className="number">
                  {number(new Set(counts.flatMap(({ school }) => school ?? [])).size)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
