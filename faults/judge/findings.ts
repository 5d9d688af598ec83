/** What must be 0, by the names of the last line. */
export const faultCounts = ['lost', 'duplicated', 'wrongCounts', 'dangling', 'stuck', 'falseGreen'] as const;
export type FaultCount = (typeof faultCounts)[number];

/** What a judge holds against a run, in sentences without a value. */
export class Findings {
  readonly lines: string[] = [];
  readonly counts: Record<FaultCount, number> = {
    lost: 0,
    duplicated: 0,
    wrongCounts: 0,
    dangling: 0,
    stuck: 0,
    falseGreen: 0,
  };

  /** Sentences beyond some of a kind are counted only. */
  add(kind: FaultCount, line: string, count = 1): void {
    if (this.counts[kind] < mostLines) this.lines.push(`${kind}: ${line}`);
    this.counts[kind] += count;
  }

  get none(): boolean {
    return faultCounts.every((kind) => this.counts[kind] === 0);
  }
}

const mostLines = 12;
