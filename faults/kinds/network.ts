import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../world/servers';
import type { FaultKind } from './kind';

const targets: readonly Target[] = ['district', 'state', 'state', 'temporal'];
/** Longest wait for so many bytes to pass. */
const cutWithinMs = 6_000;

/** All connections to one server end once some bytes have passed: in the middle of anything. */
export const connectionCut: FaultKind = {
  name: 'connection-cut',
  holds: [],
  most: 6,
  weight: 5,
  async strike({ world: { servers }, random, leg }) {
    const target = random.pick(targets);
    const proxy = servers.proxies[target];
    // Of every size: in a greeting, in a statement, in an answer, in a commit.
    const bytes = Math.round(10 ** (random.next() * 5));
    proxy.cutAfter(bytes);
    const deadline = Date.now() + cutWithinMs;
    while (!proxy.hasCut && !leg.ended && Date.now() < deadline) await sleep(20);
    if (proxy.hasCut) return `${target}, after ${bytes} bytes`;
    proxy.cut();
    return leg.ended ? null : `${target}, at rest`;
  },
};

export const networkSlow: FaultKind = {
  name: 'network-slow',
  holds: ['network'],
  most: 2,
  weight: 2,
  async strike({ world: { servers }, random }) {
    const target = random.pick(targets);
    const delay = random.int(20, 300);
    servers.proxies[target].delay(delay);
    await sleep(random.int(1_000, 4_000));
    servers.proxies[target].delay(0);
    return `${target}, ${delay} ms each way`;
  },
};

/** What is sent gets nowhere and nobody is told; then it arrives after all, or never. */
export const networkStalled: FaultKind = {
  name: 'network-stalled',
  holds: ['network'],
  most: 1,
  weight: 2,
  async strike({ world: { servers }, random }) {
    const target = random.pick(targets);
    const ms = random.int(1_000, 12_000);
    const ends = random.chance(0.5);
    const proxy = servers.proxies[target];
    proxy.stall(true);
    await sleep(ms);
    if (ends) proxy.cut();
    proxy.stall(false);
    return `${target}, ${ms} ms, then ${ends ? 'cut' : 'passed on'}`;
  },
};
