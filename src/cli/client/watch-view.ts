import { hasEnded } from '../../domain/progress';
import type { ObjectOutcome } from './answers';
import { type RunView, shareOf } from './run-progress';
import { number, paint } from './terminal';

/** Shows a run while it goes. */
export interface WatchView {
  /** Something may have changed. */
  update(run: RunView): void;
  /** The run has ended, or watching stops. */
  close(): void;
}

type Stream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };

/** A live view on a terminal, a line an object elsewhere; `quiet`: nothing. */
export function createWatchView({
  stream = process.stderr,
  quiet = false,
}: { stream?: Stream; quiet?: boolean } = {}): WatchView {
  if (quiet) return { update: () => {}, close: () => {} };
  return stream.isTTY === true ? new LiveView(stream) : new LineView(stream);
}

/** One line when an object ends, and one when the run's status changes: for logs and pipes. */
class LineView implements WatchView {
  private readonly told = new Set<string>();
  private status: string | null = null;

  constructor(private readonly stream: Stream) {}

  update(run: RunView): void {
    if (run.status !== this.status) {
      this.status = run.status;
      this.stream.write(`${run.resync.resyncId} ${run.status}\n${hintOf(run)}`);
    }
    const done = run.estimate(Date.now());
    for (const row of run.objects) {
      if (!hasEnded(row) || this.told.has(row.object)) continue;
      this.told.add(row.object);
      this.stream.write(`${endLine(row, this.stream)} [${this.told.size}/${done.objects}]\n`);
    }
  }

  close(): void {}
}

/**
 * Objects in flight, then totals and time left, redrawn in place; ended objects scroll away above.
 */
class LiveView implements WatchView {
  private readonly told = new Set<string>();
  private drawn = 0;
  private latest: RunView | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly stream: Stream) {
    // Time left counts down between events too.
    this.timer = setInterval(() => this.draw(), 500);
    this.timer.unref();
  }

  update(run: RunView): void {
    this.latest = run;
    this.draw();
  }

  close(): void {
    clearInterval(this.timer);
    this.erase();
  }

  private draw(): void {
    const run = this.latest;
    if (!run) return;
    this.erase();
    for (const row of run.objects) {
      if (!hasEnded(row) || this.told.has(row.object)) continue;
      this.told.add(row.object);
      this.stream.write(`${endLine(row, this.stream)}\n`);
    }
    const room = Math.max(3, (this.stream.rows ?? 24) - 4);
    const running = run.objects.filter(({ status }) => status === 'running');
    const lines = running.slice(0, room).map(flightLine);
    if (running.length > room) lines.push(`  … and ${running.length - room} more`);
    lines.push(totalLine(run), ...hintOf(run).split('\n').slice(0, -1));
    const width = (this.stream.columns ?? 80) - 1;
    this.stream.write(lines.map((line) => `${line.slice(0, width)}\n`).join(''));
    this.drawn = lines.length;
  }

  /** Up to the first drawn line and clear from there. */
  private erase(): void {
    if (this.drawn > 0) this.stream.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }
}

function endLine(row: ObjectOutcome, stream: Stream): string {
  const { processed, errors } = row.counts;
  const word = row.status === 'finished' ? row.color : row.status;
  const why = row.message === null ? '' : `: ${row.message}`;
  return `${paint(row.color, row.object, stream)} ${word}, ${number(processed)} processed, ${number(errors)} errors${why}`;
}

function flightLine(row: ObjectOutcome): string {
  const share = shareOf(row);
  const filled = Math.round(share * 20);
  const bar = '━'.repeat(filled) + '─'.repeat(20 - filled);
  return `○ ${row.object.padEnd(32)} ${bar} ${number(row.counts.processed).padStart(12)}`;
}

/** What a person has to do now: lines with their ends, mostly none. */
function hintOf({ status, resync: { resyncId } }: RunView): string {
  if (status !== 'awaitingApproval') return '';
  return `Removals await an approval: "resync run removals ${resyncId}" shows them, "resync run approve" or "resync run reject" decides.\n`;
}

function totalLine(run: RunView): string {
  const { objectsDone, objects, processed, errors, share, secondsLeft } = run.estimate(Date.now());
  const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
  if (objects === 0) return `${run.status}: ${Math.floor(share * 100)} %${left}`;
  return `${run.status}: ${objectsDone}/${objects} objects, ${number(processed)} processed, ${number(errors)} errors, ${Math.floor(share * 100)} %${left}`;
}

/** 45 s, 3 min, 2 h 5 min */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
