/**
 * The only table of database errors: errno -> class, for the editions and the control database
 * alike. What each class leads to: docs/data-path.md, Classes of database errors.
 */

import { AddressError } from './address';
import { isOfTls } from './not-connected';
import { TlsError } from './tls';

/**
 * transient: repeat the whole transaction. connection: repeat on a new connection, a COMMIT's
 * outcome is unknown. operator: a person has to act (disk full). shrink: repeat with fewer records.
 * record: one record is at fault. configuration: nothing repeats it away.
 */
export type DriverErrorClass =
  'transient' | 'connection' | 'operator' | 'shrink' | 'record' | 'configuration';

/**
 * Errno -> class, in the order of docs/data-path.md. Numbers below 1000 are those of the servers'
 * file system layer: a file that can't be made, read, written or extended.
 */
export const errorTable: Readonly<Record<DriverErrorClass, readonly number[]>> = {
  transient: [1213, 1205, 1020, 1412, 1615, 1297, 1180, 3101, 3572, 3100],
  connection: [
    1040, 1203, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 1047, 3032, 4031, 2006, 2013,
  ],
  operator: [
    1021, 1026, 1030, 1114, 1836, 1792, 1037, 1041, 1135, 1129, 1226, 1036, 1874, 1878, 1, 2, 3, 5, 20, 23,
  ],
  shrink: [1153, 1206, 1197, 1969, 3024, 1390],
  record: [
    1062, 1022, 1586, 1452, 1216, 1451, 1217, 1048, 1364, 1406, 1264, 1265, 1292, 1366, 1690, 3819, 4025,
    3140, 1300, 1977, 1525, 1526, 1118, 1644, 1416, 3616, 3617, 3643, 3673, 3854, 3988,
  ],
  configuration: [
    1044, 1045, 1049, 1054, 1064, 1136, 1142, 1143, 1146, 1227, 1298, 1419, 1698, 3159, 1906, 3105, 1193,
    1267, 1273, 1305, 1665, 1148, 3948, 4166,
  ],
};

const classByErrno = new Map<number, DriverErrorClass>(
  Object.entries(errorTable).flatMap(([errorClass, numbers]) =>
    numbers.map((errno): [number, DriverErrorClass] => [errno, errorClass as DriverErrorClass]),
  ),
);

/** The driver's code of a statement that took longer than it may. */
export const statementTimeout = 'PROTOCOL_SEQUENCE_TIMEOUT';

/** Codes of the driver and of the network (their errnos are negative and differ by system). */
const connectionCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  statementTimeout,
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'POOL_CLOSED',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether a code of the driver or the network means that there is no connection. */
export function isConnectionCode(code: unknown): code is string {
  return typeof code === 'string' && connectionCodes.has(code);
}

/** What a driver's error says of itself, read without trusting it. */
export interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly sqlState?: unknown;
  readonly fatal?: unknown;
  readonly message?: unknown;
  readonly sqlMessage?: unknown;
}

/** SQLSTATE of what a trigger or a routine raises by its own will, whatever number it gives it. */
const raisedState = /^45/;

/**
 * Class of an error thrown by mysql2, by errno first and never by the text, but for two numbers
 * that mean two things.
 * @returns `null` when no row of the table fits
 */
export function classOfDriverError(error: unknown): DriverErrorClass | null {
  if (error instanceof TlsError || error instanceof AddressError) return 'configuration';
  const { errno, code, sqlState, fatal, message } = (error ?? {}) as DriverError;
  if (typeof sqlState === 'string' && raisedState.test(sqlState)) return 'record';
  const text = typeof message === 'string' ? message : '';
  if (typeof errno === 'number' && errno > 0) {
    // 1290 is read-only (a failover: wait) or --secure-file-priv and the like (nothing will change
    // by waiting).
    if (errno === 1290) return /read.only/i.test(text) ? 'operator' : 'configuration';
    if (errno === 1105) return /please retry/i.test(text) ? 'transient' : null;
    const known = classByErrno.get(errno);
    if (known !== undefined) return known;
  }
  if (isConnectionCode(code)) return 'connection';
  if (typeof code === 'string' && isOfTls(code)) return 'configuration';
  // What the driver itself trips over is fatal to its connection too, but has no code, and a new
  // connection trips over it again.
  if ((fatal === true && typeof code === 'string') || /closed state/.test(text)) return 'connection';
  return null;
}
