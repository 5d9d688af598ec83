import { code, flag, span, stamp, text } from './column';
import type { TableDescription } from './description';

/** Persons, their contacts, and what an enrolled student has. */
export const peopleTables: Readonly<Record<string, TableDescription>> = {
  PersonIdentity: {
    key: ['personID INT'],
    columns: [
      'stateID VARCHAR(20)',
      'lastName VARCHAR(80) NOT NULL',
      'firstName VARCHAR(80) NOT NULL',
      'middleName VARCHAR(80)',
      'suffix VARCHAR(10)',
      'birthDate DATE',
      "gender ENUM('F','M','X')",
      "raceEthnicity SET('AM','AS','BL','HI','PI','WH')",
      'homePrimaryLanguage CHAR(3)',
      'photoHash VARBINARY(32)',
      `modifiedDate ${stamp}`,
    ],
    atState: ['lastName VARCHAR(50) NOT NULL'],
  },
  CensusContactSummary: {
    key: ['censusContactSummaryID BIGINT'],
    columns: [
      'contactPersonID INT',
      'relationship VARCHAR(40)',
      `guardian ${flag}`,
      `mailing ${flag}`,
      'seq TINYINT UNSIGNED',
      'phone VARCHAR(30)',
      'email VARCHAR(120)',
      `address ${text}`,
    ],
    checks: ['seq IS NULL OR seq BETWEEN 1 AND 20'],
  },
  ContactLog: {
    key: ['contactLogID BIGINT'],
    columns: [
      `dateTimeStamp ${stamp} NOT NULL`,
      `contactType ${code}`,
      'details TEXT',
      'minutes SMALLINT UNSIGNED',
    ],
    atState: [`contactType ${code} NOT NULL`],
  },
  Enrollment: {
    key: ['enrollmentID BIGINT'],
    columns: [
      `serviceType ENUM('P','S','N') NOT NULL DEFAULT 'P'`,
      ...span,
      `startStatus ${code}`,
      `endStatus ${code}`,
      'grade VARCHAR(8) NOT NULL',
      `stateExclude ${flag}`,
      'percentEnrolled DECIMAL(5,2)',
      'residentDistrict INT',
      `modifiedDate ${stamp}`,
    ],
  },
  CustomStudent: {
    key: ['customStudentID BIGINT'],
    columns: ['attributeID INT NOT NULL', 'value VARCHAR(200)', 'extra JSON', 'date DATE'],
  },
  Graduation: {
    key: ['graduationID BIGINT'],
    columns: [
      `diplomaType ${code}`,
      'diplomaDate DATE',
      'gpa DECIMAL(5,4)',
      `postGradPlan ${code}`,
      'cohortYear YEAR',
    ],
  },
  Roster: {
    key: ['courseSectionID INT', 'termNumber TINYINT UNSIGNED'],
    columns: [...span, 'finalGrade VARCHAR(8)', 'creditsEarned DECIMAL(5,3)'],
  },
  TeamMember: {
    key: ['teamMemberID BIGINT'],
    columns: ['memberPersonID INT', 'role VARCHAR(60) NOT NULL', ...span, `advisor ${flag}`],
  },
  Evaluation: { key: ['evaluationID BIGINT'], columns: [`type ${code}`, 'date DATE', 'result TEXT'] },
  ProcessMessage: {
    key: ['processMessageID BIGINT'],
    columns: [
      `postedTimestamp ${stamp} NOT NULL`,
      `process ${code} NOT NULL`,
      'name VARCHAR(200)',
      'dueDate DATE',
    ],
  },
  Form: {
    key: ['formID BIGINT'],
    columns: ['name VARCHAR(120) NOT NULL', 'document MEDIUMBLOB', `completed ${stamp}`, `locked ${flag}`],
  },
  Transportation: {
    key: ['transportationID BIGINT'],
    columns: ['bus VARCHAR(30)', 'milesTransported FLOAT', 'pickupTime TIME', 'weekdays BIT(7)', ...span],
  },
};
