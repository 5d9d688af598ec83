import type { SampleRow } from '../write-table';
import type { Element, ReadSample } from './xml';

const kinds = [
  'StudentProgramAssociation',
  'StudentSpecialEducationProgramAssociation',
  'StudentCTEProgramAssociation',
  'StudentTitleIPartAProgramAssociation',
  'StudentMigrantEducationProgramAssociation',
  'StudentLanguageInstructionProgramAssociation',
  'StudentHomelessProgramAssociation',
  'StudentNeglectedOrDelinquentProgramAssociation',
  'StudentSchoolFoodServiceProgramAssociation',
  'StudentSection504ProgramAssociation',
];
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Programs, plans, meals, health and transportation. */
export function programTables(read: ReadSample): Record<string, SampleRow[]> {
  const associations = kinds.flatMap((kind) => read('StudentProgram', kind));
  return {
    ProgramParticipation: associations.map((association, index) => ({
      programParticipationID: index + 1,
      personID: studentOf(association),
      program: association.need('ProgramReference.ProgramIdentity.ProgramName'),
      startDate: association.need('BeginDate'),
      endDate: association.text('EndDate'),
      reasonExited: association.descriptor('ReasonExited')?.slice(0, 20) ?? null,
    })),
    Plan: plans(read),
    POSEligibility: read('StudentProgram', 'StudentSchoolFoodServiceProgramAssociation').map(
      (association, index) => ({
        posEligibilityID: index + 1,
        personID: studentOf(association),
        eligibility: association
          .descriptor('SchoolFoodServiceProgramService.SchoolFoodServiceProgramService')
          ?.startsWith('Free')
          ? 'FREE'
          : 'REDUCED',
        startDate: association.need('BeginDate'),
        endDate: association.text('EndDate'),
        directCertified: 0,
      }),
    ),
    VaccineShot: read('StudentHealth', 'StudentHealth')
      .flatMap((health) => [
        ...shots(health, 'RequiredImmunization', (shot) => shot.descriptor('ImmunizationType')),
        ...shots(health, 'AdditionalImmunization', (shot) => shot.text('ImmunizationName')),
      ])
      .map((row, index) => ({ vaccineShotID: index + 1, ...row })),
    Transportation: read('StudentTransportation', 'StudentTransportation').map((transport, index) => {
      const days = transport.all('StudentBusDetails.TravelDayofWeek').map((day) => day.descriptor(''));
      return {
        transportationID: index + 1,
        personID: studentOf(transport),
        bus: transport.text('StudentBusDetails.BusNumber'),
        milesTransported: transport.text('StudentBusDetails.Mileage'),
        weekdays: weekdays.reduce((bits, day, bit) => (days.includes(day) ? bits | (1 << bit) : bits), 0),
        startDate: '2021-08-23',
        endDate: null,
      };
    }),
  };
}

function plans(read: ReadSample): SampleRow[] {
  const special = read('StudentProgram', 'StudentSpecialEducationProgramAssociation').map((plan) => ({
    personID: studentOf(plan),
    type: 'IEP',
    startDate: plan.text('IEPBeginDate') ?? plan.need('BeginDate'),
    endDate: plan.text('SpecialEducationExitDate'),
  }));
  const section504 = read('StudentProgram', 'StudentSection504ProgramAssociation').map((plan) => ({
    personID: studentOf(plan),
    type: '504',
    startDate: plan.need('BeginDate'),
    endDate: plan.text('EndDate'),
  }));
  return [...special, ...section504].map((row, index) => ({ planID: index + 1, ...row, locked: 0 }));
}

function shots(health: Element, kind: string, vaccineOf: (shot: Element) => string | null): SampleRow[] {
  const doses = new Map<string, number>();
  return health.all(kind).flatMap((shot) => {
    const vaccine = vaccineOf(shot)?.slice(0, 20) ?? 'Other';
    return shot.all('ImmunizationDate').map((date) => {
      const dose = (doses.get(vaccine) ?? 0) + 1;
      doses.set(vaccine, dose);
      return { personID: studentOf(health), vaccine, shotDate: date.need(''), dose };
    });
  });
}

function studentOf(element: Element): number {
  return Number(element.need('StudentReference.StudentIdentity.StudentUniqueId'));
}
