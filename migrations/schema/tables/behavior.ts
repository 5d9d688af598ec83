import { code, stamp } from './column';
import type { TableDescription } from './description';

/** Behavior incidents and their code tables. */
export const behaviorTables: Readonly<Record<string, TableDescription>> = {
  BehaviorType: {
    key: ['behaviorTypeID INT'],
    columns: [`code ${code} NOT NULL`, 'name VARCHAR(80) NOT NULL'],
  },
  BehaviorResolutionType: {
    key: ['behaviorResolutionTypeID INT'],
    columns: [`code ${code} NOT NULL`, 'name VARCHAR(80) NOT NULL'],
  },
  BehaviorResponseType: {
    key: ['behaviorResponseTypeID INT'],
    columns: [`code ${code} NOT NULL`, 'name VARCHAR(80) NOT NULL'],
  },
  Behavior: {
    key: ['behaviorID BIGINT'],
    columns: [
      `incidentTimestamp ${stamp} NOT NULL`,
      `eventCode ${code} NOT NULL`,
      `resolutionCode ${code}`,
      'severity TINYINT',
      'location VARCHAR(80)',
      'narrative TEXT',
    ],
    checks: ['severity IS NULL OR severity BETWEEN 1 AND 5'],
  },
};
