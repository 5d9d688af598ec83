import { code, flag, span, text } from './column';
import type { TableDescription } from './description';

/** Health and immunization. */
export const healthTables: Readonly<Record<string, TableDescription>> = {
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
};
