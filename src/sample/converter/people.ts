import type { SampleRow } from '../write-table';
import { gradeLevelID, gradesOf, type SampleSchool, schoolsOf } from './calendar';
import { addressOf, referencedSection, sectionKey, sectionsOf } from './frame';
import type { Element, ReadSample } from './xml';

/**
 * A student's enrollment, which the sample's age cohorts tell: born in 2005 is grade 12, a year
 * later a grade less.
 */
export interface SampleEnrollment {
  readonly id: number;
  readonly person: number;
  readonly school: SampleSchool;
  readonly grade: number;
}

export function enrollmentsOf(read: ReadSample): SampleEnrollment[] {
  const schools = schoolsOf(read);
  return read('Student', 'Student').map((student, index) => {
    const grade = 2017 - Number(student.need('BirthData.BirthDate').slice(0, 4));
    const school = schools.find(({ type }) => gradesOf[type]!.includes(grade));
    if (!school) throw new Error(`No school has grade ${grade}.`);
    return { id: index + 1, person: Number(student.need('StudentUniqueId')), school, grade };
  });
}

/** Persons, contacts, enrollments, rosters and employment. */
export function peopleTables(read: ReadSample): Record<string, SampleRow[]> {
  const enrollments = enrollmentsOf(read);
  const students = read('Student', 'Student').map((student) =>
    personOf(student, student.need('StudentUniqueId'), {
      birthDate: student.text('BirthData.BirthDate'),
      gender: student.descriptor('BirthData.BirthSex'),
    }),
  );
  const staff = read('StaffAssociation', 'Staff').map((member) =>
    personOf(member, member.need('StaffUniqueId'), {
      birthDate: member.text('BirthDate'),
      gender: member.descriptor('Sex'),
      races: member.all('Race').map((race) => race.descriptor('')),
    }),
  );
  const contacts = read('Contact', 'Contact').map((contact) =>
    personOf(contact, contact.need('ContactUniqueId'), {
      birthDate: null,
      gender: contact.descriptor('Sex'),
    }),
  );
  return {
    PersonIdentity: [...students, ...staff, ...contacts].sort(
      (a, b) => Number(a['personID']) - Number(b['personID']),
    ),
    CensusContactSummary: contactSummaries(read),
    Enrollment: enrollments.map(({ id, person, school, grade }) => ({
      enrollmentID: id,
      personID: person,
      structureGradeLevelID: gradeLevelID(school.calendar, grade),
      serviceType: 'P',
      startDate: '2021-08-23',
      endDate: null,
      startStatus: null,
      endStatus: null,
      grade: String(grade).padStart(2, '0'),
      stateExclude: 0,
      percentEnrolled: '100.00',
    })),
    Roster: rosters(read, enrollments),
    ...employment(read),
  };
}

interface PersonFacts {
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly races?: readonly (string | null)[];
}

function personOf(element: Element, id: string, { birthDate, gender, races = [] }: PersonFacts): SampleRow {
  const name = element.all('Name')[0]!;
  const hispanic = element.text('HispanicLatinoEthnicity');
  const codes = [
    ...races.map((race) => raceCodes[race ?? ''] ?? null),
    ['1', 'true'].includes(hispanic ?? '') ? 'HI' : null,
  ].filter((code) => code !== null);
  return {
    personID: Number(id),
    stateID: null,
    lastName: name.need('LastSurname'),
    firstName: name.need('FirstName'),
    middleName: name.text('MiddleName'),
    suffix: name.text('GenerationCodeSuffix'),
    birthDate,
    gender: gender === null ? null : ({ Female: 'F', Male: 'M' }[gender] ?? 'X'),
    raceEthnicity: codes.length === 0 ? null : [...new Set(codes)].join(','),
  };
}

const raceCodes: Readonly<Record<string, string>> = {
  'American Indian - Alaska Native': 'AM',
  Asian: 'AS',
  'Black - African American': 'BL',
  'Native Hawaiian - Pacific Islander': 'PI',
  'Native Hawaiian or Pacific Islander': 'PI',
  White: 'WH',
};

function contactSummaries(read: ReadSample): SampleRow[] {
  const contacts = new Map(
    read('Contact', 'Contact').map((contact) => [
      contact.attribute('id') ?? contact.need('ContactUniqueId'),
      contact,
    ]),
  );
  const seen = new Map<string, number>();
  return read('Contact', 'StudentContactAssociation').map((association, index) => {
    const student = association.need('StudentReference.StudentIdentity.StudentUniqueId');
    const reference = association.all('ContactReference')[0]!;
    const contact = contacts.get(
      reference.attribute('ref') ?? reference.need('ContactIdentity.ContactUniqueId'),
    )!;
    const seq = (seen.get(student) ?? 0) + 1;
    seen.set(student, seq);
    return {
      censusContactSummaryID: index + 1,
      personID: Number(student),
      contactPersonID: Number(contact.need('ContactUniqueId')),
      relationship: association.descriptor('Relation'),
      guardian: association.text('PrimaryContactStatus') === 'true' ? 1 : 0,
      mailing: association.text('LivesWith') === 'true' ? 1 : 0,
      seq,
      phone: contact.text('Telephone.TelephoneNumber'),
      email: contact.text('ElectronicMail.ElectronicMailAddress'),
      address: addressOf(contact),
    };
  });
}

/**
 * The sample says who was late in which section, not who takes it: that, and then a section for
 * every other period.
 */
function rosters(read: ReadSample, enrollments: readonly SampleEnrollment[]): SampleRow[] {
  const sections = sectionsOf(read);
  const byKey = new Map(
    sections.map((section) => [sectionKey(section.identifier, section.course, section.term), section]),
  );
  const known = new Map<number, (typeof sections)[number][]>();
  for (const event of read('StudentSectionAttendance-Tardy', 'StudentSectionAttendanceEvent')) {
    const student = Number(event.need('StudentReference.StudentIdentity.StudentUniqueId'));
    const section = byKey.get(referencedSection(event));
    if (section) known.set(student, [...(known.get(student) ?? []), section]);
  }
  const rows: SampleRow[] = [];
  for (const { id, person, school, grade } of enrollments) {
    const offered = sections.filter(
      (section) => section.school === school.id && isForGrade(section.course, grade),
    );
    const taken = new Set(known.get(person));
    for (const term of [1, 2]) {
      for (const period of new Set(offered.map((section) => section.period))) {
        if ([...taken].some((section) => section.term === term && section.period === period)) continue;
        const choice = offered.filter((section) => section.term === term && section.period === period);
        if (choice.length > 0) taken.add(choice[id % choice.length]!);
      }
    }
    for (const section of [...taken].sort((a, b) => a.id - b.id)) {
      rows.push({
        enrollmentID: id,
        courseSectionID: section.id,
        termNumber: section.term,
        structureGradeLevelID: gradeLevelID(school.calendar, grade),
        startDate: section.term === 1 ? '2021-08-23' : '2022-01-04',
        endDate: section.term === 1 ? '2021-12-17' : '2022-05-27',
      });
    }
  }
  return rows;
}

/** Courses below high school end in their grade, e.g. MATH-03. */
function isForGrade(course: string, grade: number): boolean {
  const own = /-0(\d)$/.exec(course)?.[1];
  return own === undefined || Number(own) === grade;
}

function employment(read: ReadSample): Record<string, SampleRow[]> {
  const staffOf = (element: Element): number =>
    Number(element.need('StaffReference.StaffIdentity.StaffUniqueId'));
  const credentials = new Map(
    read('StaffAssociation', 'Credential').map((credential) => [
      credential.need('CredentialIdentifier'),
      credential,
    ]),
  );
  const held = read('StaffAssociation', 'Staff').flatMap((member) =>
    member.all('CredentialReference').flatMap((reference) => {
      const credential = credentials.get(reference.need('CredentialIdentity.CredentialIdentifier'));
      return credential ? [{ member, credential }] : [];
    }),
  );
  return {
    Employment: read('StaffAssociation', 'StaffEducationOrganizationEmploymentAssociation').map(
      (association, index) => ({
        employmentID: index + 1,
        personID: staffOf(association),
        startDate: association.need('EmploymentPeriod.HireDate'),
        endDate: association.text('EmploymentPeriod.EndDate'),
        salary: association.text('AnnualWage'),
        fte: association.text('FullTimeEquivalency'),
      }),
    ),
    EmploymentAssignment: read('StaffAssociation', 'StaffEducationOrganizationAssignmentAssociation').map(
      (association, index) => ({
        employmentAssignmentID: index + 1,
        personID: staffOf(association),
        schoolNumber: association
          .need('EducationOrganizationReference.EducationOrganizationIdentity.EducationOrganizationId')
          .slice(-3),
        title: association.text('PositionTitle'),
        startDate: association.need('BeginDate'),
        endDate: association.text('EndDate'),
        assignmentCode: association.descriptor('StaffClassification')?.slice(0, 20) ?? null,
      }),
    ),
    EmploymentCredential: held.map(({ member, credential }, index) => ({
      employmentCredentialID: index + 1,
      personID: Number(member.need('StaffUniqueId')),
      credential: `${credential.descriptor('CredentialField')} (${credential.descriptor('TeachingCredential')})`,
      issued: credential.text('IssuanceDate'),
      expires: credential.text('ExpirationDate'),
      highlyQualified: ['1', 'true'].includes(member.text('HighlyQualifiedTeacher') ?? '') ? 1 : 0,
    })),
  };
}
