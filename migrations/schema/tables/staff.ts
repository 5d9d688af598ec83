import { code, flag, money, span } from './column';
import type { TableDescription } from './description';

/** Employment. */
export const staffTables: Readonly<Record<string, TableDescription>> = {
  Employment: {
    key: ['employmentID INT'],
    columns: [...span, 'licenseNumber VARCHAR(30)', `salary ${money}`, 'fte DECIMAL(4,3)'],
    checks: ['fte IS NULL OR fte <= 2'],
  },
  EmploymentAssignment: {
    key: ['employmentAssignmentID INT'],
    columns: ['schoolNumber VARCHAR(10)', 'title VARCHAR(80)', ...span, `assignmentCode ${code}`],
  },
  EmploymentBackground: {
    key: ['employmentBackgroundID INT'],
    columns: ['checkDate DATE', `checkType ${code}`, `cleared ${flag}`],
  },
  EmploymentCredential: {
    key: ['employmentCredentialID INT'],
    columns: ['credential VARCHAR(120) NOT NULL', 'issued DATE', 'expires DATE', `highlyQualified ${flag}`],
  },
};
