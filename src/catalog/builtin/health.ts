import { syncObject, to } from './entry';

/** Health and immunization. */
export const healthObjects = [
  syncObject({
    name: 'HealthScreening',
    label: 'Health screening',
    key: ['healthScreeningID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'ImmCertificate',
    label: 'Imm certificate',
    key: ['immCertificateID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'MedicaidInsurance',
    label: 'Medicaid insurance',
    key: ['medicaidInsuranceID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
  syncObject({
    name: 'VaccineShot',
    label: 'Vaccine shot',
    key: ['vaccineShotID'],
    parents: ['PersonIdentity'],
    references: [to('PersonIdentity', 'personID')],
  }),
];
