import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { District } from '../../api/answers';
import { call } from '../../api/call';
import { useRight } from '../../api/session';
import { Answer } from '../../parts/answer';
import { useAddress } from '../../parts/use-address';
import { DistrictPage } from '../district-page';
import { PastSyncs } from './past-syncs';
import { Preview } from './preview';
import { RecordForm, type WantedRecord } from './record-form';

/** `/d/{district}/selective`: one record, with what it needs and what hangs below it. */
export function SelectivePage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Selective Sync" right="selectiveSync" orRights={['selectiveSyncView']}>
      {(district) => <Selective district={district} />}
    </DistrictPage>
  );
}

/** Who may only view it sees what was sent before. */
function Selective({ district }: { district: District }) {
  const maySend = useRight('selectiveSync');
  return (
    <main className="page" id="content">
      <h1>Selective Sync</h1>
      <p>
        Sends one record of {district.name}, e.g. a person, a school or a section, with all that hangs below
        it and everything these need. It is found by its key or its GUID, never by a name.
      </p>
      {maySend ? (
        <Sending district={district} />
      ) : (
        <p className="soft">To send one takes the tool right selectiveSync.</p>
      )}
      <PastSyncs district={district} />
    </main>
  );
}

function Sending({ district }: { district: District }) {
  const address = useAddress();
  const year = address.get('year') || String(district.schoolYear);
  const objects = useQuery({
    queryKey: ['selective-objects', district.id, year],
    queryFn: () => call(`/districts/${district.id}/selective-syncs/objects`, { query: { schoolYear: year } }),
  });
  const [wanted, setWanted] = useState<WantedRecord | null>(null);
  return (
    <>
      <Answer query={objects} what="the objects">
        {({ items }) => (
          <RecordForm
            key={year}
            district={district}
            objects={items}
            address={address}
            onWant={(record) => {
              address.set('object', record.object);
              address.set('key', JSON.stringify(record.key));
              setWanted(record);
            }}
            onChange={() => setWanted(null)}
          />
        )}
      </Answer>
      {wanted !== null && <Preview key={JSON.stringify(wanted)} district={district} wanted={wanted} />}
    </>
  );
}
