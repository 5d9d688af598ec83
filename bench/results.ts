/** One measured pair. */
export interface Result {
  readonly case: string;
  readonly peer: string;
  /** Seconds, median of all rounds. */
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly bound: number;
}

/** @param ours, theirs seconds of each round */
export function resultOf(
  name: string,
  { peer, bound }: { readonly peer: string; readonly bound: number },
  ours: readonly number[],
  theirs: readonly number[],
): Result {
  const [a, b] = [median(ours), median(theirs)];
  return { case: name, peer, ours: round(a, 2), theirs: round(b, 2), ratio: round(a / b, 3), bound };
}

export function isKept({ ratio, bound }: Result): boolean {
  return ratio <= bound;
}

/** Of any numbers but none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A line for a program: {case, peer, ours, theirs, ratio}. */
export function jsonLine({ bound: _, ...result }: Result): string {
  return JSON.stringify(result);
}

export const tableHead =
  '| case | peer | ours s | peer s | ours / peer | bound | |\n|---|---|---|---|---|---|---|';

export function tableLine(result: Result): string {
  const { case: name, peer, ours, theirs, ratio, bound } = result;
  return `| ${name} | ${peer} | ${ours.toFixed(2)} | ${theirs.toFixed(2)} | ${ratio.toFixed(2)} | ${bound} | ${isKept(result) ? 'kept' : 'MISSED'} |`;
}

const rowHeight = 26;
const left = 230;
const scale = 300;

/** The ratios as bars, each with its bound as a mark; the line at 1 is the peer. */
export function plotOf(results: readonly Result[]): string {
  const height = results.length * rowHeight + 50;
  const x = (ratio: number): number => left + Math.min(ratio, 1.6) * scale;
  const rows = results.map((result, n) => {
    const y = 30 + n * rowHeight;
    const { case: name, peer, ratio, bound } = result;
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${name} : ${peer}</text>`,
      `<rect x="${left}" y="${y + 2}" width="${(x(ratio) - left).toFixed(1)}" height="14" fill="${isKept(result) ? '#2a7f62' : '#b3452c'}"/>`,
      `<line x1="${x(bound).toFixed(1)}" x2="${x(bound).toFixed(1)}" y1="${y - 1}" y2="${y + 19}" stroke="#222" stroke-width="2"/>`,
      `<text x="${(x(Math.max(ratio, bound)) + 8).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)}</text>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + 1.6 * scale + 60}" height="${height}" font-family="sans-serif" font-size="13">
<title>Time of ours as a share of the peer's; the black mark is the bound</title>
<rect width="100%" height="100%" fill="#fff"/>
<line x1="${x(1)}" x2="${x(1)}" y1="20" y2="${height - 15}" stroke="#999" stroke-dasharray="4 3"/>
<text x="${x(1)}" y="14" text-anchor="middle">the peer</text>
${rows.join('\n')}
</svg>
`;
}
