import { type FaultCount, faultCounts } from './judge/findings';
import type { RunResult } from './run-one';

export type Totals = Record<'faults' | 'runs' | FaultCount, number>;

export function totalsOf(results: readonly RunResult[]): Totals {
  const sum = (of: (result: RunResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    faults: sum(({ struck }) => struck.length),
    runs: results.length,
    lost: sum(({ findings }) => findings.counts.lost),
    duplicated: sum(({ findings }) => findings.counts.duplicated),
    wrongCounts: sum(({ findings }) => findings.counts.wrongCounts),
    dangling: sum(({ findings }) => findings.counts.dangling),
    stuck: sum(({ findings }) => findings.counts.stuck),
    falseGreen: sum(({ findings }) => findings.counts.falseGreen),
  };
}

export function isClean(totals: Totals): boolean {
  return faultCounts.every((kind) => totals[kind] === 0);
}

/** One run for people: its faults by kind, and what is held against it. */
export function runLine({ schedule, struck, requests, seconds, died, findings }: RunResult): string {
  const kinds = new Map<string, number>();
  for (const line of struck) {
    const kind = line.slice(0, line.indexOf(':'));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const list = [...kinds].map(([kind, count]) => (count > 1 ? `${count} ${kind}` : kind)).join(', ');
  const parts = [
    `Run ${schedule.seed}, ${schedule.start} state${schedule.removals ? ', removals applied' : ''}: ${struck.length} faults, ${requests} requests, ${seconds} s`,
    findings.none ? 'nothing lost, doubled or miscounted' : 'NOT CLEAN',
    list,
    ...(died.length > 0 ? [`ended by itself: ${died.join(', ')}`] : []),
  ];
  return [parts.join('; '), ...findings.lines.map((line) => `    ${line}`)].join('\n');
}
