/** Two editions that draws use one after the other, and connections of the model's own to them. */
import { type Connection, createConnection, type ResultSetHeader } from 'mysql2/promise';
import { World } from '../editions/support';
import { type Draw } from './draw-records';
import {
  createTable,
  danglingRecords,
  districtRecords,
  foreignKeys,
  type Side,
  stateRecords,
} from './script';

export type Cell = string | null;

/** The result of a statement that a server may refuse. */
export interface Answer {
  /** Number of the error; `null`: it was taken. */
  readonly errno: number | null;
  readonly warnings: number;
}

export class Databases {
  private constructor(
    readonly world: World,
    private readonly connections: Readonly<Record<Side, Connection>>,
    /** Tables at the state's server in which values are tried. */
    readonly scratch: string,
    /** The others are MySQL. */
    readonly areMariadb: Readonly<Record<Side, boolean>>,
  ) {}

  static async open(): Promise<Databases> {
    const world = await World.open();
    const { districtUrl, stateUrl } = world.databases;
    const connect = async (uri: string): Promise<Connection> => {
      const connection = await createConnection({ uri, charset: 'utf8mb4', dateStrings: true });
      await connection.query("SET SESSION time_zone = '+00:00'");
      return connection;
    };
    const [district, state] = [await connect(districtUrl), await connect(stateUrl)];
    const scratch = `${new URL(stateUrl).pathname.slice(1)}_scratch`;
    await state.query(`CREATE DATABASE ${scratch}`);
    const versions = await Promise.all(
      [district, state].map(async (connection) =>
        JSON.stringify((await connection.query('SELECT VERSION()'))[0]),
      ),
    );
    const [ofDistrict, ofState] = versions.map((version) => /mariadb/i.test(version));
    const areMariadb = { district: ofDistrict!, state: ofState! };
    return new Databases(world, { district, state }, scratch, areMariadb);
  }

  async close(): Promise<void> {
    await this.connections.state.query(`DROP DATABASE ${this.scratch}`);
    for (const connection of Object.values(this.connections)) await connection.end();
    await this.world.close();
  }

  /** Tables and records of a draw, in place of those before. */
  async fill(draw: Draw): Promise<void> {
    const { tables } = draw.schema;
    for (const side of ['district', 'state'] as const) {
      await this.run(
        side,
        "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0",
      );
      await this.run(side, 'DROP TABLE IF EXISTS t0, t1, t2');
      for (const table of tables) await this.run(side, createTable(draw, table, side));
    }
    for (const table of tables) for (const sql of foreignKeys(draw, table)) await this.run('state', sql);
    for (const [at] of tables.entries()) {
      for (const sql of districtRecords(draw, at)) await this.attempt('district', sql);
      for (const sql of stateRecords(draw, at)) await this.attempt('state', sql);
    }
    await this.dropDangling(draw);
  }

  /** Inserted with the checks off, for circles: what a foreign key would have refused goes. */
  private async dropDangling(draw: Draw): Promise<void> {
    const statements = draw.schema.tables.flatMap((table) => danglingRecords(draw, table));
    for (let gone = statements.length; gone > 0;) {
      gone = 0;
      for (const sql of statements)
        gone += (await this.connections.state.query<ResultSetHeader>(sql))[0].affectedRows;
    }
  }

  async run(side: Side, sql: string): Promise<void> {
    await this.connections[side].query(sql);
  }

  /** A statement that may be refused. */
  async attempt(side: Side, sql: string): Promise<Answer> {
    try {
      const [result] = await this.connections[side].query<ResultSetHeader>(sql);
      return { errno: null, warnings: result.warningStatus };
    } catch (error) {
      const { errno } = error as { errno?: unknown };
      if (typeof errno !== 'number') throw error;
      return { errno, warnings: 0 };
    }
  }

  async rows(side: Side, sql: string): Promise<Cell[][]> {
    const [rows] = await this.connections[side].query({ sql, rowsAsArray: true });
    return (rows as unknown[][]).map((row) =>
      row.map((cell) => (cell === null ? null : String(cell as string | number))),
    );
  }
}
