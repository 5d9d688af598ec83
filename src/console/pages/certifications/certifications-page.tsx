import { useState } from 'react';
import { Link } from 'wouter';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { longYear, number } from '../../parts/format';
import { Person } from '../../parts/person';
import { NeedsRight } from '../../parts/needs-right';
import { ListView, usePaged } from '../../parts/paged';
import { Status } from '../../parts/status';
import { useUrlFilters } from '../../parts/url-filters';
import { Time } from '../../parts/zone';
import { CertifyDialog } from './certify-dialog';
import { certificationStatuses } from './statuses';

/** `/certifications`: what districts and state have signed, newest first. */
export function CertificationsPage() {
  return (
    <NeedsRight title="Certifications" rights={['verificationSummary']}>
      <Certifications />
    </NeedsRight>
  );
}

function Certifications() {
  const url = useUrlFilters(['district']);
  const { districts } = useSignedIn();
  const [certifying, setCertifying] = useState(false);
  const district = url.of('district');
  const list = usePaged('/certifications', { district, limit: '100' }, 'certifications');
  const names = new Map(districts.map(({ id, name }) => [id, name]));
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Certifications</h1>
        <Button onPress={() => setCertifying(true)}>Certify…</Button>
      </div>
      <p className="soft">
        What the state held of a district on the day of a report, counted and signed. Later drift is measured
        against it.
      </p>
      {districts.length > 1 && (
        <label className="choice">
          District
          <select
            className="field"
            value={district}
            onChange={({ target }) => url.set('district', target.value)}
          >
            <option value="">all</option>
            {districts.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <ListView
        list={list}
        what="the certifications"
        empty="Nothing has been certified yet."
        onClear={url.any ? url.clear : null}
        moreWord="Older certifications"
      >
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Report</th>
                <th scope="col">Status</th>
                <th scope="col" className="wide">
                  District
                </th>
                <th scope="col" className="wide">
                  School year
                </th>
                <th scope="col" className="wide number">
                  Records
                </th>
                <th scope="col" className="wide">
                  By
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => {
                const { glyph, text } = certificationStatuses[item.status];
                return (
                  <tr key={item.certificationId}>
                    <th scope="row">
                      <Link href={`/certifications/${item.certificationId}`}>{item.name}</Link>
                      <div className="small soft">
                        for {item.reportingDate}
                        <span className="narrow">{names.get(item.districtId) ?? item.districtId}</span>
                      </div>
                    </th>
                    <td>
                      <Status glyph={glyph}>{text}</Status>
                      {item.message !== null && <div className="small soft">{item.message}</div>}
                    </td>
                    <td className="wide">{names.get(item.districtId) ?? item.districtId}</td>
                    <td className="wide">{longYear(item.schoolYear)}</td>
                    <td className="wide number">{item.records === null ? '–' : number(item.records)}</td>
                    <td className="wide">
                      <Person by={item.requestedBy} />
                      <div className="small soft">
                        <Time at={item.endedAt ?? item.requestedAt} />
                      </div>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </ListView>
      {certifying && <CertifyDialog onClose={() => setCertifying(false)} />}
    </main>
  );
}
