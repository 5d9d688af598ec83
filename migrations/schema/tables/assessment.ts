import { code, flag, stamp } from './column';
import type { TableDescription } from './description';

/** Tests and scores. */
export const assessmentTables: Readonly<Record<string, TableDescription>> = {
  Test: {
    key: ['testID INT'],
    columns: [
      'name VARCHAR(200) NOT NULL',
      `stateCode ${code}`,
      `nationalCode ${code}`,
      `published ${flag}`,
      `editNotAvailable ${flag}`,
      'testEndYear SMALLINT',
      'parentTestID INT',
    ],
  },
  TestScore: {
    key: ['testScoreID BIGINT'],
    columns: [
      `scoreDate ${stamp}`,
      'rawScore DECIMAL(12,4)',
      'scaleScore DECIMAL(12,4)',
      'percent FLOAT',
      `result ${code}`,
      `invalid ${flag}`,
    ],
  },
};
