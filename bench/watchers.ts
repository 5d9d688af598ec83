import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { processorSeconds } from './abuse/processors';
import { newToken } from './service';

/** What each of them looks at, as the pages of a state's administrator do. */
const topicsOf = (n: number): string =>
  ['districts', 'agents', 'approvals', 'requests', 'alerts', `district:d-${n}`, `schedules:d-${n}`].join();

const settleMs = 15_000;
const watchedMs = 60_000;

interface Watched {
  readonly url: string;
  readonly controlUrl: string;
  readonly serverPid: number;
  /** What stands on the command line of the control database's server. */
  readonly database: string;
}

/** What people who only look cost: their event streams, in a minute in which nothing happens. */
export async function watch(
  people: number,
  { url, controlUrl, serverPid, database }: Watched,
): Promise<string> {
  const end = new AbortController();
  for (let n = 0; n < people; n += 1) {
    const headers = { authorization: `Bearer ${await newToken(controlUrl)}` };
    const answer = await fetch(`${url}/api/v1/events?topics=${topicsOf(n)}`, { headers, signal: end.signal });
    if (!answer.ok) throw new Error(`A stream was answered with ${answer.status}.`);
    void drain(answer);
  }
  const parts = { api: serverPid, database };
  const connection = await createConnection(controlUrl);
  try {
    await sleep(settleMs);
    const [seconds, statements] = [processorSeconds(parts), await statementsOf(connection)];
    await sleep(watchedMs);
    const after = processorSeconds(parts);
    const share = (part: string): string => {
      const used = (after.get(part) ?? 0) - (seconds.get(part) ?? 0);
      return `${((used * 100_000) / watchedMs).toFixed(1)} %`;
    };
    const rate = (((await statementsOf(connection)) - statements) * 1_000) / watchedMs;
    return `| ${people} | ${share('api')} | ${share('database')} | ${rate.toFixed(0)} |`;
  } finally {
    end.abort();
    await connection.end();
  }
}

async function drain(answer: Response): Promise<void> {
  try {
    for await (const _part of answer.body!) continue;
  } catch {
    // It was left.
  }
}

async function statementsOf(connection: Awaited<ReturnType<typeof createConnection>>): Promise<number> {
  const [rows] = await connection.query<(RowDataPacket & { Value: string })[]>(
    "SHOW GLOBAL STATUS LIKE 'Questions'",
  );
  return Number(rows[0]!.Value);
}
