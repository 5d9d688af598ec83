/** What an account may do at its server, and the GRANT for what it may not. */

type Cell = string | number | null;
/** Runs a statement and gives its rows as arrays. */
type Ask = (sql: string) => Promise<readonly (readonly Cell[])[]>;

export type Right =
  'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRIGGER' | 'CREATE TEMPORARY TABLES' | 'SHOW VIEW';

interface Grant {
  readonly rights: ReadonlySet<string>;
  /** `null`: of every database, or of every table. */
  readonly database: RegExp | null;
  readonly table: string | null;
  readonly revoked: boolean;
}

/** An account as its server knows it. */
export class Account {
  private constructor(
    /** As GRANT takes it: 'user'@'host'. */
    readonly name: string,
    private readonly grants: readonly Grant[],
    private readonly tablesByCase: boolean,
  ) {}

  /** @throws what `ask` throws */
  static async read(ask: Ask): Promise<Account> {
    const [row] = await ask('SELECT CURRENT_USER(), CURRENT_ROLE(), @@version, @@lower_case_table_names');
    const [user, role, version, lower] = row ?? [];
    // MariaDB shows the rights of the role in use; MySQL has to be asked for them.
    const withRoles = !/mariadb/i.test(String(version)) && role !== null && !/^none$/i.test(String(role));
    const shown = await ask(
      withRoles ? `SHOW GRANTS FOR CURRENT_USER() USING ${String(role)}` : 'SHOW GRANTS',
    );
    const grants = shown.flatMap(([line]) => parseGrant(String(line)) ?? []);
    return new Account(accountName(String(user)), grants, Number(lower) === 0);
  }

  /** Whether it has a right on a table; without one on all of a database. */
  has(database: string, right: Right, table?: string): boolean {
    const about = this.grants.filter(({ rights }) => rights.has(right) || rights.has('ALL PRIVILEGES'));
    const allows = (grant: Grant): boolean =>
      (grant.database === null || grant.database.test(database)) &&
      (grant.table === null || (table !== undefined && this.isTable(grant.table, table)));
    return (
      about.some((grant) => !grant.revoked && allows(grant)) &&
      !about.some((grant) => grant.revoked && allows(grant))
    );
  }

  /**
   * The statements that give what is missing on these tables, or on the whole database where no
   * table is named; of the whole database, too, where every table lacks the same.
   */
  missing(database: string, rights: readonly Right[], tables?: Iterable<string>): string[] {
    const grant = (lacking: string, level: string): string =>
      `GRANT ${lacking} ON ${quoted(database)}.${level} TO ${this.name};`;
    if (tables === undefined) {
      const lacking = rights.filter((right) => !this.has(database, right)).join(', ');
      return lacking === '' ? [] : [grant(lacking, '*')];
    }
    const byTable = [...new Set(tables)].map(
      (table) => [table, rights.filter((right) => !this.has(database, right, table)).join(', ')] as const,
    );
    const [first] = byTable;
    if (byTable.length > 1 && byTable.every(([, lacking]) => lacking !== '' && lacking === first?.[1]))
      return [grant(first![1], '*')];
    return byTable
      .filter(([, lacking]) => lacking !== '')
      .map(([table, lacking]) => grant(lacking, quoted(table)));
  }

  private isTable(one: string, other: string): boolean {
    return this.tablesByCase ? one === other : one.toLowerCase() === other.toLowerCase();
  }
}

/**
 * Reads a line of SHOW GRANTS. Rights on single columns are left out: none of ours is enough on a
 * column. `null`: about a role or a routine.
 */
function parseGrant(line: string): Grant | null {
  const found =
    /^(GRANT|REVOKE) (.*?) ON (?:TABLE )?(\*|`(?:[^`]|``)+`)\.(\*|`(?:[^`]|``)+`) (?:TO|FROM) /.exec(line);
  if (found === null) return null;
  const [, verb, rights = '', database = '', table = ''] = found;
  return {
    revoked: verb === 'REVOKE',
    rights: new Set(
      rights
        .replace(/\w+(?: \w+)* ?\([^)]*\)/g, '')
        .split(',')
        .map((right) => right.trim().toUpperCase()),
    ),
    database: database === '*' ? null : namePattern(unquoted(database), table === '*'),
    table: table === '*' ? null : unquoted(table),
  };
}

/** In a grant of a whole database `_` and `%` stand for any characters unless escaped. */
function namePattern(name: string, isPattern: boolean): RegExp {
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (!isPattern) return new RegExp(`^${escape(name)}$`, 'i');
  const parts = name.match(/\\.|[^\\]/gs) ?? [];
  const pattern = parts.map((part) => {
    if (part === '_') return '.';
    if (part === '%') return '.*';
    return escape(part.startsWith('\\') ? part.slice(1) : part);
  });
  return new RegExp(`^${pattern.join('')}$`, 'is');
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const unquoted = (name: string): string => name.slice(1, -1).replaceAll('``', '`');

function accountName(user: string): string {
  const at = user.lastIndexOf('@');
  const text = (part: string): string => `'${part.replaceAll("'", "''")}'`;
  return `${text(user.slice(0, at))}@${text(user.slice(at + 1))}`;
}

/**
 * Whether triggers of a database would be seen: a server shows none to an account without the right
 * TRIGGER, and says nothing. @returns what a person has to know and do; `null`: they are seen
 */
export async function whyTriggersAreHidden(ask: Ask, database: string): Promise<string | null> {
  const account = await Account.read(ask);
  const [grant] = account.missing(database, ['TRIGGER']);
  if (grant === undefined) return null;
  return `Triggers of the state, if it has any, can't be seen: what they write, set or take back isn't foreseen. ${grant}`;
}
