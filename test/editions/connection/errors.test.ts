import { errorTable } from '../../../src/database/error-class';
import { classify, classOf } from '../../../src/editions/connection/errors';

const driver = (fields: object): Error => Object.assign(new Error('text'), fields);

test.each([
  [1213, 'transient'],
  [1205, 'transient'],
  [1020, 'transient'],
  [1053, 'connection'],
  [1040, 'connection'],
  [1317, 'connection'],
  [1114, 'operator'],
  [1021, 'operator'],
  [1153, 'shrink'],
  [1969, 'shrink'],
  [1062, 'record'],
  [1452, 'record'],
  [1406, 'record'],
  [1366, 'record'],
  [3819, 'record'],
  [4025, 'record'],
  [1045, 'configuration'],
  [1054, 'configuration'],
  [1146, 'configuration'],
] as const)('errno %i is %s', (errno, errorClass) => {
  expect(classOf(driver({ errno, code: 'ER_WHATEVER' }))).toBe(errorClass);
});

test('no number stands in two classes', () => {
  const all = Object.values(errorTable).flat();
  expect(new Set(all).size).toBe(all.length);
});

test('the number decides, never the name: MariaDB 4025 comes with the name of another error', () => {
  expect(classOf(driver({ errno: 4025, code: 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE' }))).toBe('record');
});

test('1290 means a failover only when it speaks of read-only', () => {
  const options = (text: string): Error => Object.assign(new Error(text), { errno: 1290 });
  expect(classOf(options('running with the --read-only option'))).toBe('operator');
  expect(classOf(options('running with the --secure-file-priv option'))).toBe('configuration');
});

test.each([
  { code: 'ECONNRESET', errno: -104 },
  { code: 'ECONNREFUSED', errno: -111 },
  { code: 'PROTOCOL_SEQUENCE_TIMEOUT' },
  { fatal: true, code: 'A_CODE_OF_THE_DRIVER' },
  { fatal: true, message: "Can't add new command when connection is in closed state" },
  { message: "Can't add new command when connection is in closed state" },
])('a lost connection is known without a positive number: %j', (fields) => {
  expect(classOf(driver(fields))).toBe('connection');
});

test('an exception of the driver without number and code is no lost connection', () => {
  expect(classOf(driver({ fatal: true }))).toBeNull();
  expect(classify(driver({ fatal: true }), 'district')).toMatchObject({ errorClass: 'record', errno: null });
});

test('an unknown number is left to isolation, and is no connection', () => {
  expect(classOf(driver({ errno: 9999 }))).toBeNull();
  expect(classify(driver({ errno: 9999 }), 'state').errorClass).toBe('record');
});

test('neither SQL nor a value leaves the module, only names', () => {
  const raw = Object.assign(new Error("Duplicate entry '123-45-6789' for key 'student.one_ssn'"), {
    errno: 1062,
    sql: "INSERT INTO student VALUES ('123-45-6789')",
    sqlMessage: "Duplicate entry '123-45-6789' for key 'student.one_ssn'",
  });
  const error = classify(raw, 'state');
  expect(error.names.index).toBe('one_ssn');
  const seen = JSON.stringify([
    error.message,
    error.names,
    error.stack,
    Object.entries(error),
    error.cause ?? null,
  ]);
  expect(seen).not.toContain('6789');
});

test.each([
  ["Data too long for column 'name' at row 3", 'name', 3],
  [
    "Incorrect string value: '\\xF0 for column `x`.`y`.`z` at row 9' for column `db`.`t`.`real` at row 2",
    'real',
    2,
  ],
  ["Column 'ssn' cannot be null", 'ssn', null],
  ["Incorrect integer value: 'x' for column `db`.`t`.`age` at row 12", 'age', 12],
] as const)(
  'the column and row of "%s" are found where the value stood can not fool it',
  (text, column, row) => {
    const { names } = classify(Object.assign(new Error(text), { errno: 1366 }), 'state');
    expect([names.column, names.row]).toEqual([column, row]);
  },
);
