import type { Resync } from '../answers';
import type { Scene } from '../actors';
import { must } from '../narrator';

interface Board {
  readonly stateRequestId: string;
  readonly status: string;
  readonly percent: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly districts: readonly {
    readonly districtId: string;
    readonly status: string;
    readonly resyncId: string | null;
    readonly color: string | null;
  }[];
}

interface Alerts {
  readonly items: readonly { readonly name: string; readonly category: string; readonly text: string }[];
}

/**
 * The state asks all three; North tries to stop it and to look into it, and can do neither
 * (specification: State-Initiated Resync Requests).
 */
export async function stateRequest({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('The state asks for a resync, and North would rather not');
  const release = await stage.hold(
    'state',
    'SELECT enrollmentID FROM Enrollment WHERE districtID = ? FOR UPDATE',
    [stage.numberOf('north')],
  );
  const { stateRequestId } = await teller.step<{ stateRequestId: string }>({
    does: 'the state asks every district for its enrollments and what they need',
    as: people.state,
    method: 'POST',
    path: '/state-requests',
    body: {
      ...{
        districts: 'all',
        objects: ['Enrollment'],
        mode: 'everything',
        reason: 'Fall attendance snapshot',
      },
    },
    status: 202,
    tells: (accepted) => `state request ${accepted.stateRequestId}`,
  });
  const path = `/state-requests/${stateRequestId}`;
  const running = await teller.until<Board>({
    does: 'the state’s board shows the others done while North still runs',
    as: people.state,
    path,
    done: ({ districts }) =>
      districts.filter(({ status }) => status === 'done').length === 2 &&
      districts.some(({ districtId, status }) => districtId === 'north' && status === 'running'),
    tells: ({ counts, percent }) => `${counts['done']} done, ${counts['running']} runs, ${percent} %`,
  });
  const resyncId = running.districts.find(({ districtId }) => districtId === 'north')!.resyncId!;

  await teller.step<Alerts>({
    does: 'North finds “State Resync Requested” among its Process Alerts, and not what was asked for',
    as: people.north,
    path: '/alerts',
    status: 200,
    tells: ({ items }) => {
      const alert = items.find(({ name }) => name === 'State Resync Requested');
      must(alert?.category === 'Vertical Interoperability', 'the alert is there, in its category');
      must(!JSON.stringify(items).includes('Enrollment'), 'no object is named');
      return alert!.text;
    },
  });
  await teller.step<Resync & { percent: number; objects: unknown }>({
    does: 'North sees that it runs, and how far it is, no more',
    as: people.north,
    path: `/resyncs/${resyncId}`,
    status: 200,
    tells: (resync) => {
      must(resync.objects === null && !resync.objectResults && !resync.totals, 'neither objects nor counts');
      must(resync.status === 'running', 'it runs');
      return `${resync.status}, ${resync.percent} %`;
    },
  });
  for (const action of ['pause', 'cancel', 'objects/Enrollment/cancel']) {
    await teller.step({
      does: `North tries to ${action === 'pause' ? 'pause' : 'stop'} it (${action})`,
      as: people.north,
      method: 'POST',
      path: `/resyncs/${resyncId}/${action}`,
      status: 403,
    });
  }
  for (const view of ['errors', 'causes', 'report']) {
    await teller.step({
      does: `North tries to look into it by its ${view}`,
      as: people.north,
      path: `/resyncs/${resyncId}/${view}`,
      status: 404,
    });
  }
  await teller.step({ does: 'North tries to see the state’s board', as: people.north, path, status: 403 });

  await release();
  await teller.until<Board>({
    does: 'the state’s request ends with every district done',
    as: people.state,
    path,
    done: ({ status }) => status === 'finished',
    tells: ({ counts, districts }) => {
      must(counts['done'] === 3, 'three districts are done');
      must(
        districts.every(({ color }) => color === 'green'),
        'all green',
      );
      return `${counts['done']} done, all green`;
    },
  });
  await teller.step({
    does: 'the state draws the closing report',
    as: people.state,
    path: `${path}/report?format=csv`,
    status: 200,
  });
}
