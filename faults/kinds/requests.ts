import { setTimeout as sleep } from 'node:timers/promises';
import { tables } from '../district/tables';
import type { FaultKind, Strike } from './kind';

const answeredWithinMs = 60_000;

function ask({ world: { api }, leg }: Strike, action: string) {
  return api.postUntilAnswered(`/resyncs/${leg.resyncId}/${action}`, { withinMs: answeredWithinMs });
}

export const paused: FaultKind = {
  name: 'pause-resume',
  holds: ['request'],
  most: 2,
  weight: 2,
  async strike(context) {
    const answer = await ask(context, 'pause');
    const ms = context.random.int(200, 2_500);
    await sleep(ms);
    // Whatever became of the first: a pause that was heard too late must not last.
    while (!context.leg.ended) {
      const resumed = await ask(context, 'resume');
      if (resumed !== null && resumed.status < 500) break;
    }
    return answer !== null && answer.status < 300 ? `${ms} ms` : null;
  },
};

export const cancelled: FaultKind = {
  name: 'cancel',
  holds: ['request'],
  most: 1,
  weight: 1,
  async strike(context) {
    context.leg.mayBeCancelled = true;
    const answer = await ask(context, 'cancel');
    return answer !== null && answer.status < 300 ? 'asked and answered' : null;
  },
};

export const objectCancelled: FaultKind = {
  name: 'cancel-object',
  holds: ['request'],
  most: 1,
  weight: 1,
  async strike(context) {
    context.leg.mayBeCancelled = true;
    const { name } = context.random.pick(tables);
    const answer = await ask(context, `objects/${name}/cancel`);
    return answer !== null && answer.status < 300 ? name : null;
  },
};
