import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Board, BoardDistrict } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Failed } from '../../../parts/states';

/** What decides on what can be done with one district of a request. */
export type ActedRequest = Pick<Board, 'stateRequestId' | 'windowUntil'>;

/** Where a window is over, a district that is tried again has so long to begin. */
const againHours = 24;

interface DistrictActsProps {
  readonly request: ActedRequest;
  readonly district: Pick<BoardDistrict, 'districtId' | 'status'> & { readonly name: string };
}

/** Takes one district out of a request, or tries it again; the others go on. */
export function DistrictActs({ request, district }: DistrictActsProps) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { stateRequestId, windowUntil } = request;
  const { districtId, name, status } = district;
  const act = useMutation({
    mutationFn: ({ what, body }: { readonly what: 'cancel' | 'retry'; readonly body: object }) =>
      call(`/state-requests/${stateRequestId}/districts/${districtId}/${what}`, { method: 'POST', body }),
    onSuccess: () => {
      setAsking(false);
      return queries.invalidateQueries({ queryKey: ['board', stateRequestId] });
    },
  });
  const over = new Date(windowUntil) <= new Date();
  const again = (): void => {
    const until = new Date(Date.now() + againHours * 3_600_000).toISOString();
    act.mutate({ what: 'retry', body: over ? { until } : {} });
  };
  const whyNot = act.isPending ? 'It is being done.' : null;
  if (status === 'done') return null;
  return (
    <>
      {(status === 'waiting' || status === 'queued') && (
        <Button onPress={() => act.mutate({ what: 'cancel', body: {} })} whyNot={whyNot}>
          Take it out
        </Button>
      )}
      {status === 'running' && (
        <Button onPress={() => setAsking(true)} whyNot={whyNot}>
          Cancel its resync…
        </Button>
      )}
      {(status === 'failed' || status === 'notRun') && (
        <Button onPress={again} whyNot={whyNot}>
          {over ? `Try it again within ${againHours} hours` : 'Try it again'}
        </Button>
      )}
      {asking && (
        <Dialog
          title={`Cancel the resync of ${name}?`}
          onClose={() => setAsking(false)}
          buttons={
            <>
              <Button onPress={() => setAsking(false)}>Leave it</Button>
              <Button
                main
                onPress={() => act.mutate({ what: 'cancel', body: { running: 'cancel' } })}
                whyNot={whyNot}
              >
                Cancel its resync
              </Button>
            </>
          }
        >
          <p>What was sent stays at the state. The other districts of the request go on.</p>
        </Dialog>
      )}
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
    </>
  );
}
