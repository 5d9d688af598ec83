import type { Random } from '../../src/sample/generator/random';
import { tenantColumn } from './tables';

/** Statements that let a state drift anew, so that a further resync has something to send. */
export function agingStatements(tenant: number, random: Random): string[] {
  const some = (every: number): string =>
    `WHERE ${tenantColumn} = ${tenant} AND id % ${every} = ${random.int(0, every - 1)}`;
  return [
    `UPDATE household SET street = 'as it was' ${some(3)}`,
    `UPDATE guardian SET phone = 'as it was' ${some(4)}`,
    `UPDATE student SET born = '2001-01-01' ${some(3)}`,
    `UPDATE section SET room = 'old' ${some(4)}`,
    `UPDATE enrollment SET grade = 'old' ${some(3)} AND id < 800000`,
    `DELETE FROM attendance ${some(4)}`,
    `UPDATE attendance SET minutes = 251 ${some(5)}`,
    `DELETE FROM note ${some(2)}`,
  ];
}
