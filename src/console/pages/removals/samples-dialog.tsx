import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { counted } from '../../parts/format';
import { RecordLink } from '../records/record-link';
import type { Removal, RemovalObject } from '../../api/answers';

interface SamplesDialogProps {
  readonly resyncId: string;
  readonly districtId: string;
  readonly row: RemovalObject;
}

const statusNames: Record<Removal['status'], string> = {
  found: 'only at the state',
  removed: 'removed',
  kept: 'kept',
};

/** The records that it is about, by their keys. */
export function SamplesDialog(props: SamplesDialogProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)}>
        Show<span className="hidden"> the records of {props.row.object}</span>
      </Button>
      {open && <Records {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Records({ resyncId, districtId, row, onClose }: SamplesDialogProps & { onClose: () => void }) {
  const { object, found } = row;
  const records = useInfiniteQuery({
    queryKey: ['removals', resyncId, object],
    queryFn: ({ pageParam }) =>
      call(`/resyncs/${resyncId}/objects/${encodeURIComponent(object)}/removals`, {
        query: { limit: '100', ...pageParam },
      }),
    initialPageParam: {},
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? undefined : { cursor: nextCursor }),
  });
  return (
    <Dialog
      title={`${counted(found, `${object} record`)} only at the state`}
      onClose={onClose}
      buttons={<Button onPress={onClose}>Close</Button>}
    >
      <Answer query={records} what="the records">
        {({ pages }) => (
          <div className="frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Key</th>
                  <th scope="col">What became of it</th>
                </tr>
              </thead>
              <tbody>
                {pages
                  .flatMap(({ items }) => items)
                  .map(({ key, status, reason }) => (
                    <tr key={key.join('\u0000')}>
                      <th scope="row">
                        <RecordLink districtId={districtId} object={object} recordKey={key} />
                      </th>
                      <td>
                        {statusNames[status]}
                        {reason !== null && `: ${reason}`}
                      </td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Answer>
      {records.hasNextPage && (
        <div>
          <Button
            onPress={() => void records.fetchNextPage()}
            whyNot={records.isFetching ? 'They are on their way.' : null}
          >
            More records
          </Button>
        </div>
      )}
    </Dialog>
  );
}
