import type { PoolConnection, QueryOptions, ResultSetHeader } from 'mysql2/promise';
import type { Readable } from 'node:stream';
import { statementTimeout } from '../../database/error-class';
import { classify, type DatabaseSide } from './errors';
import { untilGivenUp } from './give-up';
import { type ServerFacts, statementMs } from './set-up';

/** More warnings of a statement than these aren't looked at one by one. */
const warningsRead = 1_000;
/**
 * Warnings about the statement, not about a value: deprecated syntax, character sets and
 * collations.
 */
const deprecations = new Set([1287, 1681, 3090, 3719, 3720, 3778]);

export type Row = (string | number | null)[];

/** A value as the driver gives it: binary columns, BLOB and GEOMETRY as bytes. */
export type RawValue = string | number | Buffer | null;

/** What a writing statement did. Counts of records never come from here, only checks. */
export interface WriteResult {
  readonly affectedRows: number;
  /** Errors that strict mode left as warnings or notes: in this project they are failures. */
  readonly warnings: number;
}

/** One connection in use. */
export class Session {
  constructor(
    private readonly connection: PoolConnection,
    readonly side: DatabaseSide,
    readonly facts: ServerFacts,
  ) {}

  get maxPacketBytes(): number {
    return this.facts.maxPacketBytes;
  }

  /** @throws DatabaseError */
  async rows(sql: string): Promise<Row[]> {
    const [rows] = await this.read({ sql, rowsAsArray: true });
    return rows as Row[];
  }

  /** Rows of a statement that reads binary columns as they are. @throws DatabaseError */
  async rawRows(sql: string): Promise<RawValue[][]> {
    const [rows] = await this.read({ sql, rowsAsArray: true });
    return rows as RawValue[][];
  }

  /** @throws DatabaseError */
  async write(sql: string): Promise<WriteResult> {
    const [header] = await this.ask({ sql });
    return this.resultOf(header as ResultSetHeader);
  }

  /**
   * LOAD DATA LOCAL from our own stream; the file name in the statement is never opened.
   * @throws DatabaseError
   */
  async load(sql: string, stream: Readable): Promise<WriteResult> {
    const [header] = await this.ask({ sql, infileStreamFactory: () => stream });
    return this.resultOf(header as ResultSetHeader);
  }

  /** Counts the warnings that are about values; a deprecated collation is nobody's fault. */
  private async resultOf({ affectedRows, warningStatus }: ResultSetHeader): Promise<WriteResult> {
    if (warningStatus === 0 || warningStatus > warningsRead) return { affectedRows, warnings: warningStatus };
    const found = await this.rows('SHOW WARNINGS');
    const deprecated = found.filter(([, code]) => deprecations.has(Number(code))).length;
    return { affectedRows, warnings: warningStatus - deprecated };
  }

  /** Of a district, until nobody waits for it: its connection can't be used after that. */
  private async read(options: QueryOptions): Promise<[unknown, unknown]> {
    const lost = () => classify(notAnswered(), this.side);
    const givenUp = this.side === 'district' ? untilGivenUp(lost) : null;
    if (givenUp === null) return this.ask(options);
    try {
      return await this.ask(options, givenUp.rejection);
    } finally {
      givenUp.ended();
    }
  }

  private async ask(
    options: QueryOptions,
    givenUp: Promise<never> | null = null,
  ): Promise<[unknown, unknown]> {
    // Not the driver's own limit: its timer stays when the driver itself fails in the middle.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(notAnswered()), statementMs);
    });
    try {
      const query = this.connection.query(options);
      return await Promise.race([query, late, ...(givenUp === null ? [] : [givenUp])]);
    } catch (error) {
      throw classify(error, this.side);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** In the driver's words: the statement was given up, and its connection with it. */
function notAnswered(): Error {
  return Object.assign(new Error(), { code: statementTimeout });
}

/** A session that its user has to give back. */
export class OpenSession extends Session {
  constructor(
    private readonly lent: PoolConnection,
    side: DatabaseSide,
    facts: ServerFacts,
    private readonly onEnd: (released: boolean) => void,
  ) {
    super(lent, side, facts);
  }

  /** Back to the pool; only when no transaction is open and every setting is as it was. */
  release(): void {
    this.onEnd(true);
    this.lent.release();
  }

  /** Ends the connection, and with it an open transaction and changed settings. */
  destroy(): void {
    this.onEnd(false);
    this.lent.destroy();
  }
}
