import { setTimeout as sleep } from 'node:timers/promises';
import { endedStatuses } from '../../src/domain/resync';
import { endedRequestStatuses } from '../../src/domain/state-request';
import { type Address, ask } from './address';

/** Who works while one district misbehaves. */
export interface Others {
  readonly neighbor: Address;
  readonly neighborDistrict: string;
  readonly state: Address;
  /** A district of which the state asks something. */
  readonly askedDistrict: string;
  readonly abusersDistrict: string;
}

/** How often somebody who waits looks. */
const lookMs = 50;
const patienceMs = 120_000;

/** What the others do, each timed in seconds; one after the other, as one person would. */
export const works: readonly {
  readonly name: string;
  /** Asks for records of the district that misbehaves. */
  readonly ofAbuser?: true;
  readonly once: (others: Others) => Promise<void>;
}[] = [
  {
    name: 'a district’s full resync',
    once: async ({ neighbor, neighborDistrict }) => {
      const path = `/districts/${neighborDistrict}/resyncs`;
      const { resyncId } = await made<{ resyncId: string }>(neighbor, path, {
        ...{ objects: 'all', scenario: 'OTHER' },
      });
      await ended(neighbor, `/resyncs/${resyncId}`, endedStatuses);
    },
  },
  {
    name: 'its verification',
    once: async ({ neighbor, neighborDistrict }) => {
      const { verificationId } = await made<{ verificationId: string }>(neighbor, '/verifications', {
        ...{ district: neighborDistrict, objects: 'all' },
      });
      await ended(neighbor, `/verifications/${verificationId}`, ['finished', 'failed', 'cancelled']);
    },
  },
  {
    name: 'its plan and preview',
    once: async ({ neighbor, neighborDistrict }) => {
      await made(neighbor, `/districts/${neighborDistrict}/plan`, { objects: 'all' }, 200);
      const path = `/districts/${neighborDistrict}/selective-syncs/preview`;
      const { previewId } = await made<{ previewId: string }>(neighbor, path, {
        object: 'School',
        key: ['1'],
      });
      await ended(neighbor, `/selective-syncs/previews/${previewId}`, ['done', 'failed']);
    },
  },
  {
    name: '40 reads of lists',
    once: async ({ neighbor, neighborDistrict, state }) => {
      const own = ['objects', 'resyncs', 'errors', 'scoped-year', 'schedules'];
      for (let round = 0; round < 4; round += 1) {
        for (const list of own) await read(neighbor, `/districts/${neighborDistrict}/${list}`);
        for (const list of [
          '/districts',
          '/alerts',
          '/audit',
          '/state-requests',
          '/compliance?schoolYear=2027',
        ])
          await read(state, list);
      }
    },
  },
  {
    name: 'a request of the state to another district',
    once: (others) => request(others, others.askedDistrict),
  },
  {
    name: 'a request of the state to this district',
    ofAbuser: true,
    once: (others) => request(others, others.abusersDistrict),
  },
];

async function request({ state }: Others, district: string): Promise<void> {
  const { stateRequestId } = await made<{ stateRequestId: string }>(state, '/state-requests', {
    ...{ districts: [district], objects: ['School', 'Calendar'], reason: 'Count day' },
  });
  await ended(state, `/state-requests/${stateRequestId}`, endedRequestStatuses);
}

async function made<T>(at: Address, path: string, body: object, expected = 202): Promise<T> {
  const answer = await ask<T>(at, 'POST', path, body);
  if (answer.status !== expected)
    throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function read(at: Address, path: string): Promise<void> {
  const { status } = await ask(at, 'GET', path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}.`);
}

async function ended(at: Address, path: string, statuses: readonly string[]): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(lookMs)) {
    const { status, body } = await ask<{ status: string }>(at, 'GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}.`);
    if (statuses.includes(body.status)) return;
  }
  throw new Error(`${path} has not ended within ${patienceMs / 1000} s.`);
}
