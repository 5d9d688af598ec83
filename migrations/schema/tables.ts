/**
 * The columns of every object's table beside guid, endYear and foreign keys, which edition.ts adds. One description makes
 * both editions, so that they can't drift apart. What differs at the state is said with it: those are the values a state
 * rejects.
 */
export interface TableDescription {
  /** Key columns that aren't foreign keys at the same time, `name TYPE`. */
  readonly key: readonly string[];
  /** `name TYPE`, nullable unless the type says NOT NULL. */
  readonly columns: readonly string[];
  /** Column definitions that replace the district's at the state: shorter, or NOT NULL. */
  readonly atState?: readonly string[];
  /** CHECK conditions of the state. */
  readonly checks?: readonly string[];
}

const text = 'VARCHAR(255)';
const code = 'VARCHAR(20)';
const money = 'DECIMAL(10,2)';
const flag = 'TINYINT(1) NOT NULL DEFAULT 0';
const stamp = 'DATETIME(3)';
/** Dates in which a status holds. */
const span = ['startDate DATE NOT NULL', 'endDate DATE'];

export const tables: Readonly<Record<string, TableDescription>> = {
  // The frame.
  District: {
    key: ['districtNumber INT'],
    columns: ['name VARCHAR(120) NOT NULL', `address ${text}`, 'phone VARCHAR(30)', 'settings JSON'],
  },
  ReportingEntity: {
    key: ['reportingEntityID INT'],
    columns: ['name VARCHAR(120) NOT NULL', `code ${code}`],
  },
  School: {
    key: ['schoolID INT'],
    columns: [
      'number VARCHAR(10) NOT NULL',
      'name VARCHAR(120) NOT NULL',
      `address ${text}`,
      'latitude DOUBLE',
      'longitude DOUBLE',
      'openedYear YEAR',
      "type ENUM('ELEMENTARY','MIDDLE','HIGH','OTHER') NOT NULL",
    ],
  },
  Calendar: {
    key: ['calendarID INT'],
    columns: ['name VARCHAR(80) NOT NULL', ...span, `stateExclude ${flag}`, `summerSchool ${flag}`],
  },
  CourseSection: {
    key: ['courseSectionID INT'],
    columns: [
      `courseCode ${code} NOT NULL`,
      'number VARCHAR(60) NOT NULL',
      'title VARCHAR(120)',
      'teacherPersonID INT',
      'capacity SMALLINT UNSIGNED',
      'credits DECIMAL(5,3)',
    ],
  },
  SchoolMonth: {
    key: ['monthNumber TINYINT UNSIGNED'],
    columns: [...span, 'instructionalDays TINYINT UNSIGNED NOT NULL'],
  },
  ScheduleStructure: { key: ['scheduleStructureID INT'], columns: ['name VARCHAR(80) NOT NULL'] },
  TermSchedule: {
    key: ['termScheduleID INT'],
    columns: ['name VARCHAR(80) NOT NULL', 'sequence TINYINT UNSIGNED NOT NULL', ...span],
  },
  PeriodSchedule: {
    key: ['periodScheduleID INT'],
    columns: ['name VARCHAR(80) NOT NULL', 'sequence TINYINT UNSIGNED', 'startTime TIME', 'endTime TIME'],
  },
  Day: {
    key: ['dayID BIGINT'],
    columns: [
      'date DATE NOT NULL',
      `schoolDay ${flag}`,
      `instruction ${flag}`,
      `attendance ${flag}`,
      'duration SMALLINT UNSIGNED',
      `comments ${text}`,
    ],
  },
  StructureGradeLevel: {
    key: ['structureGradeLevelID INT'],
    columns: ['name VARCHAR(8) NOT NULL', 'sequence TINYINT', `stateGrade ${code}`, `stateExclude ${flag}`],
  },
  CourseCode: {
    key: [`courseCode ${code}`],
    columns: ['title VARCHAR(120) NOT NULL', `subject ${code}`, 'description TEXT', 'credits DECIMAL(5,3)'],
  },

  // People.
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

  // Attendance.
  AttendanceBIEAbsentDays: {
    key: ['attendanceBIEAbsentDaysID BIGINT'],
    columns: ['absentDays DECIMAL(6,2) NOT NULL', 'membershipDays DECIMAL(6,2)'],
  },
  AttendanceExactCount: {
    key: ['attendanceExactCountID BIGINT'],
    columns: [
      'date DATE NOT NULL',
      `status ENUM('A','T','E','P') NOT NULL`,
      `excuse ENUM('E','U','X')`,
      'minutesAbsent SMALLINT UNSIGNED NOT NULL DEFAULT 0',
      'minutesPresent SMALLINT UNSIGNED',
      'comments VARCHAR(200)',
    ],
    checks: ['minutesAbsent <= 1440'],
  },
  AttendanceGroupKY: {
    key: ['attendanceGroupKYID BIGINT'],
    columns: ['groupName VARCHAR(60) NOT NULL', 'transportCode CHAR(2)', ...span],
  },
  AttendanceKYMinute: {
    key: ['attendanceKYMinuteID BIGINT'],
    columns: [
      'month TINYINT UNSIGNED NOT NULL',
      'minutesAbsent INT UNSIGNED NOT NULL',
      'minutesEnrolled INT UNSIGNED',
    ],
  },
  AttendanceSDMinute: {
    key: ['attendanceSDMinuteID BIGINT'],
    columns: ['minutesAbsent INT UNSIGNED NOT NULL', 'minutesEnrolled INT UNSIGNED', 'asOf DATE'],
  },
  Truancy: {
    key: ['truancyID BIGINT'],
    columns: [
      'noticeDate DATE NOT NULL',
      'noticeType TINYINT UNSIGNED',
      'unexcusedDays DECIMAL(5,2)',
      `letter ${text}`,
    ],
  },

  // Behavior.
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

  // Staff.
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

  // Programs.
  CTEDataME: {
    key: ['cteDataMEID BIGINT'],
    columns: [`program ${code} NOT NULL`, 'hours DECIMAL(7,2)', ...span],
  },
  ESSKY: { key: ['esskyID BIGINT'], columns: [`serviceCode ${code}`, 'hours DECIMAL(6,2)', ...span] },
  FRYSCGroupProgramKY: {
    key: ['fryscGroupProgramKYID BIGINT'],
    columns: ['name VARCHAR(120) NOT NULL', `component ${code}`, ...span],
  },
  FRYSCGroupStatusKY: { key: ['fryscGroupStatusKYID BIGINT'], columns: [`status ${code} NOT NULL`, ...span] },
  FRYSCStatusKY: {
    key: ['fryscStatusKYID BIGINT'],
    columns: [`status ${code} NOT NULL`, `referral ${text}`, ...span],
  },
  GiftedStatusKY: { key: ['giftedStatusKYID BIGINT'], columns: [`category ${code} NOT NULL`, ...span] },
  ISEPResidentialCertification: {
    key: ['isepResidentialCertificationID BIGINT'],
    columns: [`certifiedAt ${stamp}`, 'students INT UNSIGNED', 'days DECIMAL(7,2)'],
  },
  ISEPResidentialVerification: {
    key: ['isepResidentialVerificationID BIGINT'],
    columns: [`verifiedAt ${stamp}`, 'verifier VARCHAR(120)', `agrees ${flag}`],
  },
  LEPKY: { key: ['lepkyID BIGINT'], columns: [`level ${code}`, 'language CHAR(3)', ...span] },
  NASIS: {
    key: ['nasisID BIGINT'],
    columns: [`tribe ${code}`, 'enrollmentNumber VARCHAR(30)', `resident ${flag}`],
  },
  Plan: {
    key: ['planID BIGINT'],
    columns: [
      `type ${code} NOT NULL`,
      ...span,
      'specialEdPercent DECIMAL(5,2)',
      `locked ${flag}`,
      'detail JSON',
    ],
  },
  PlanProgressReport: {
    key: ['planProgressReportID BIGINT'],
    columns: ['date DATE NOT NULL', 'goal SMALLINT', 'progress TEXT'],
  },
  POSEligibility: {
    key: ['posEligibilityID BIGINT'],
    columns: [`eligibility ENUM('FREE','REDUCED','PAID') NOT NULL`, ...span, `directCertified ${flag}`],
  },
  PreSchoolKY: { key: ['preSchoolKYID BIGINT'], columns: [`fundingSource ${code}`, `fullDay ${flag}`] },
  ProgramParticipation: {
    key: ['programParticipationID BIGINT'],
    columns: ['program VARCHAR(80) NOT NULL', ...span, `reasonExited ${code}`, 'detail JSON'],
  },
  TEDSKY: {
    key: ['tedskyID BIGINT'],
    columns: [`indicator ${code} NOT NULL`, 'value DECIMAL(12,4)', 'asOf DATE'],
  },
  TitleIKY: { key: ['titleIKYID BIGINT'], columns: [`service ${code} NOT NULL`, ...span] },

  // Health.
  HealthScreening: {
    key: ['healthScreeningID BIGINT'],
    columns: [
      `type ${code} NOT NULL`,
      'date DATE NOT NULL',
      'measurement DOUBLE',
      `passed ${flag}`,
      `comments ${text}`,
    ],
  },
  ImmCertificate: {
    key: ['immCertificateID BIGINT'],
    columns: [`certificate ${code} NOT NULL`, 'expires DATE'],
  },
  MedicaidInsurance: {
    key: ['medicaidInsuranceID BIGINT'],
    columns: ['memberNumber VARBINARY(64)', ...span, `consent ${flag}`],
  },
  VaccineShot: {
    key: ['vaccineShotID BIGINT'],
    columns: [
      `vaccine ${code} NOT NULL`,
      'shotDate DATE NOT NULL',
      `lotNumber ${code}`,
      'dose TINYINT UNSIGNED',
    ],
  },

  // Assessment.
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
