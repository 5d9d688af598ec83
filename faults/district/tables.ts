/**
 * The ten tables of the district and its state: keys of a number, of a text and of two columns, a
 * tree, a cycle, a reference that only the district's tables guard, unique values, long texts.
 */

export interface ColumnSpec {
  readonly name: string;
  /** Its type at the district. */
  readonly type: string;
  /** Where the state's differs: values that it refuses are planted. */
  readonly stateType?: string;
}

export interface ReferenceSpec {
  readonly columns: readonly string[];
  readonly table: string;
  /** false: the state has no foreign key for it. */
  readonly guarded?: false;
}

export interface TableSpec {
  readonly name: string;
  /** The first columns of all. */
  readonly key: readonly string[];
  readonly columns: readonly ColumnSpec[];
  readonly unique?: string;
  readonly references: readonly ReferenceSpec[];
  /** Columns that a writer may change at any time without any other record noticing. */
  readonly plain: readonly string[];
}

/** The state's column for the district's number. */
export const tenantColumn = 'districtID';

const id: ColumnSpec = { name: 'id', type: 'INT NOT NULL' };

/** Parents first, but for the cycle. */
export const tables: readonly TableSpec[] = [
  {
    name: 'campus',
    key: ['id'],
    columns: [id, { name: 'title', type: 'VARCHAR(60) NOT NULL' }, { name: 'partOf', type: 'INT NULL' }],
    references: [{ columns: ['partOf'], table: 'campus' }],
    plain: ['title'],
  },
  {
    name: 'calendar',
    key: ['code'],
    columns: [
      { name: 'code', type: 'VARCHAR(12) NOT NULL' },
      { name: 'campusID', type: 'INT NOT NULL' },
      { name: 'title', type: 'VARCHAR(60) NULL' },
      { name: 'excluded', type: 'TINYINT NOT NULL' },
    ],
    references: [{ columns: ['campusID'], table: 'campus' }],
    plain: ['title'],
  },
  {
    name: 'household',
    key: ['id'],
    columns: [id, { name: 'street', type: 'VARCHAR(80) NULL' }, { name: 'headID', type: 'INT NULL' }],
    references: [{ columns: ['headID'], table: 'guardian' }],
    plain: ['street'],
  },
  {
    name: 'guardian',
    key: ['id'],
    columns: [
      id,
      { name: 'householdID', type: 'INT NOT NULL' },
      { name: 'name', type: 'VARCHAR(60) NOT NULL' },
      { name: 'phone', type: 'VARCHAR(20) NULL' },
    ],
    references: [{ columns: ['householdID'], table: 'household' }],
    plain: ['phone'],
  },
  {
    name: 'student',
    key: ['id'],
    columns: [
      id,
      { name: 'number', type: 'VARCHAR(12) NOT NULL' },
      { name: 'name', type: 'VARCHAR(60) NOT NULL', stateType: 'VARCHAR(30) NOT NULL' },
      { name: 'born', type: 'DATE NULL' },
      { name: 'average', type: 'DECIMAL(6,3) NULL' },
      { name: 'householdID', type: 'INT NULL' },
    ],
    unique: 'number',
    references: [{ columns: ['householdID'], table: 'household' }],
    plain: ['born', 'average'],
  },
  {
    name: 'course',
    key: ['campusID', 'courseNo'],
    columns: [
      { name: 'campusID', type: 'INT NOT NULL' },
      { name: 'courseNo', type: 'INT NOT NULL' },
      { name: 'title', type: 'VARCHAR(60) NOT NULL' },
    ],
    references: [{ columns: ['campusID'], table: 'campus' }],
    plain: ['title'],
  },
  {
    name: 'section',
    key: ['id'],
    columns: [
      id,
      { name: 'campusID', type: 'INT NOT NULL' },
      { name: 'courseNo', type: 'INT NOT NULL' },
      { name: 'linkedID', type: 'INT NULL' },
      { name: 'room', type: 'VARCHAR(10) NULL' },
    ],
    references: [
      { columns: ['campusID', 'courseNo'], table: 'course' },
      { columns: ['linkedID'], table: 'section' },
    ],
    plain: ['room'],
  },
  {
    name: 'enrollment',
    key: ['id'],
    columns: [
      id,
      { name: 'studentID', type: 'INT NOT NULL' },
      { name: 'calendarCode', type: 'VARCHAR(12) NOT NULL' },
      { name: 'grade', type: 'VARCHAR(4) NULL' },
    ],
    references: [
      { columns: ['studentID'], table: 'student' },
      { columns: ['calendarCode'], table: 'calendar', guarded: false },
    ],
    plain: ['grade'],
  },
  {
    name: 'attendance',
    key: ['id'],
    columns: [
      id,
      { name: 'enrollmentID', type: 'INT NOT NULL' },
      { name: 'day', type: 'DATETIME(3) NOT NULL' },
      { name: 'minutes', type: 'SMALLINT NOT NULL', stateType: 'TINYINT UNSIGNED NOT NULL' },
    ],
    references: [{ columns: ['enrollmentID'], table: 'enrollment' }],
    plain: ['minutes'],
  },
  {
    name: 'note',
    key: ['id'],
    columns: [id, { name: 'studentID', type: 'INT NOT NULL' }, { name: 'content', type: 'MEDIUMTEXT NULL' }],
    references: [{ columns: ['studentID'], table: 'student' }],
    plain: ['content'],
  },
];

/** @throws Error when there is none of this name */
export function tableNamed(name: string): TableSpec {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`There is no table ${name}.`);
  return table;
}

export function columnNames({ columns }: TableSpec): readonly string[] {
  return columns.map(({ name }) => name);
}

/** Makes the tables of one side. */
export function tableStatements(side: 'district' | 'state'): string[] {
  const prefix = side === 'state' ? [tenantColumn] : [];
  const list = (names: readonly string[]): string => [...prefix, ...names].map((n) => `\`${n}\``).join(', ');
  const made = tables.map(({ name, key, columns, unique }) => {
    const lines = [
      ...prefix.map((column) => `\`${column}\` INT NOT NULL`),
      ...columns.map((one) => `\`${one.name}\` ${(side === 'state' && one.stateType) || one.type}`),
      `PRIMARY KEY (${list(key)})`,
      ...(unique === undefined ? [] : [`UNIQUE KEY one_${unique} (${list([unique])})`]),
    ];
    return `CREATE TABLE \`${name}\` (${lines.join(', ')}) ENGINE=InnoDB`;
  });
  // Afterwards, because two of them refer to each other.
  const keys = tables.flatMap(({ name, references }) =>
    references
      .filter(({ guarded }) => side === 'district' || guarded !== false)
      .map(
        ({ columns, table }) =>
          `ALTER TABLE \`${name}\` ADD FOREIGN KEY (${list(columns)}) REFERENCES \`${table}\` (${list(tableNamed(table).key)})`,
      ),
  );
  return [...made, ...keys];
}
