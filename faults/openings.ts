/** How a request is sent, and what happens to it before it starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../src/sample/generator/random';
import type { Answer } from './world/api';
import type { RunWorld } from './world/run-world';

export interface Opening {
  readonly name: string;
  /** How many faults it is. */
  readonly faults: number;
  /** @returns the resyncs that came of it: more than one is one too many */
  send(world: RunWorld, random: Random, asked: Asked): Promise<readonly string[]>;
}

export interface Asked {
  /** The caller's own for this request. */
  readonly key: string;
  /** What only the state has is removed there. */
  readonly removals: boolean;
}

function requestOf({ removals }: Asked): object {
  return { objects: 'all', scenario: 'GO_LIVE', removals: removals ? 'apply' : 'report' };
}

const answeredWithinMs = 90_000;
const acceptedWithinMs = 20_000;
const atOnce = 10;

const plain: Opening = {
  name: 'plain',
  faults: 0,
  send: async (world, _random, asked) => [resyncOf(await post(world, asked))],
};

/** The caller's finger trembles, or its queue delivers ten times: one key, one resync. */
const tenAtOnce: Opening = {
  name: 'ten-at-once',
  faults: 1,
  send: async (world, _random, asked) => {
    const answers = await Promise.all(Array.from({ length: atOnce }, () => post(world, asked)));
    return [...new Set(answers.map(resyncOf))];
  },
};

/**
 * Temporal stands still, so that what is accepted can't be given to it, and the API is killed just
 * then. The caller asks again or not: once the API is back, the request has to start.
 */
const apiKilledAtAccept: Opening = {
  name: 'api-killed-at-accept',
  faults: 1,
  send: async (world, random, asked) => {
    const { servers, service, api } = world;
    const temporal = servers.temporal.pid!;
    process.kill(temporal, 'SIGSTOP');
    let accepted: string | null;
    try {
      void api.post(pathOf(world), requestOf(asked), asked.key);
      accepted = await acceptedResync(world);
      await sleep(random.int(0, 50));
      await service.killApi();
    } finally {
      process.kill(temporal, 'SIGCONT');
    }
    service.startApi();
    const repeated = random.chance(0.5) || accepted === null ? [resyncOf(await post(world, asked))] : [];
    return [...new Set([...repeated, ...(accepted === null ? [] : [accepted])])];
  },
};

/** The plain one first. */
export const openings: readonly Opening[] = [plain, tenAtOnce, apiKilledAtAccept];
export const plainOpening = plain;

function pathOf({ name }: RunWorld): string {
  return `/districts/${name}/resyncs`;
}

function post(world: RunWorld, asked: Asked): Promise<Answer | null> {
  const { key } = asked;
  return world.api.postUntilAnswered(pathOf(world), {
    ...{ body: requestOf(asked), key, withinMs: answeredWithinMs },
  });
}

function resyncOf(answer: Answer | null): string {
  const { resyncId } = (answer?.body ?? {}) as { resyncId?: string };
  if (answer === null || answer.status >= 300 || resyncId === undefined)
    throw new Error(
      `The request was not accepted: ${answer === null ? 'no answer' : `${answer.status} ${JSON.stringify(answer.body)}`}.`,
    );
  return resyncId;
}

async function acceptedResync(world: RunWorld): Promise<string | null> {
  const deadline = Date.now() + acceptedWithinMs;
  while (Date.now() < deadline) {
    const [row] = await world.books<{ resyncID: string }>('SELECT resyncID FROM resync WHERE status = ?', [
      'accepted',
    ]);
    if (row) return row.resyncID;
    await sleep(5);
  }
  return null;
}
