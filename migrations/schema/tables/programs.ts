import { code, flag, span, stamp, text } from './column';
import type { TableDescription } from './description';

/** Programs, most of them of one state. */
export const programsTables: Readonly<Record<string, TableDescription>> = {
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
};
