import { ControlError, toControlError } from '../../src/control/control-error';
import { errorTable } from '../../src/database/error-class';

const driver = (fields: object): Error => Object.assign(new Error('text'), fields);
const kindOf = (fields: object): string => toControlError(driver(fields)).kind;

test.each(['transient', 'connection', 'operator', 'configuration'] as const)(
  'what is %s at an edition is so at the control database: it is on the same server',
  (errorClass) => {
    for (const errno of errorTable[errorClass])
      expect([errno, kindOf({ errno, code: 'ER_WHATEVER' })]).toEqual([errno, errorClass]);
  },
);

test('waiting helps against all that is not a fault of ours: none of it ends a run', () => {
  for (const errorClass of ['transient', 'connection', 'operator'] as const)
    for (const errno of errorTable[errorClass])
      expect([errno, toControlError(driver({ errno })).retryable]).toEqual([errno, true]);
});

test.each([
  ['a full disk', { errno: 1114, code: 'ER_RECORD_FILE_FULL' }, 'operator'],
  ['a temporary file that could not be written', { errno: 3, code: 'EE_WRITE' }, 'operator'],
  ['a read-only server', { errno: 1290, message: 'running with the --read-only option' }, 'operator'],
  ['a killed query', { errno: 1317, code: 'ER_QUERY_INTERRUPTED' }, 'connection'],
  ['an account with all its connections in use', { errno: 1203 }, 'connection'],
  ['a closed connection, without any code', { fatal: true, message: 'in closed state' }, 'connection'],
  ['a lost connection', { errno: -104, code: 'ECONNRESET' }, 'connection'],
  ['no free connection in the pool', { name: 'KnexTimeoutError' }, 'connection'],
  ['a row that is there already', { errno: 1062, code: 'ER_DUP_ENTRY' }, 'duplicate'],
  ['a value that does not fit', { errno: 1406 }, 'other'],
  ['a number nobody knows', { errno: 9999 }, 'other'],
])('%s', (_what, fields, kind) => {
  expect(kindOf(fields)).toBe(kind);
});

test('its message has neither the statement nor a value', () => {
  const raw = driver({
    errno: 1062,
    code: 'ER_DUP_ENTRY',
    sql: "INSERT INTO resync VALUES ('secret')",
    message: "Duplicate entry 'secret' for key 'one_request'",
  });
  expect(JSON.stringify(toControlError(raw)) + toControlError(raw).message).not.toContain('secret');
  expect(toControlError(new ControlError('other', null, null)).kind).toBe('other');
});
