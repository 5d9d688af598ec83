import type { SampleRow } from '../write-table';
import { schoolsOf } from './calendar';
import type { Element, ReadSample } from './xml';

/**
 * A section's number in our tables; sections of different sessions have the same identifier in the
 * sample.
 */
export interface SampleSection {
  readonly id: number;
  readonly identifier: string;
  readonly school: number;
  readonly course: string;
  /** 1 is fall, 2 is spring. */
  readonly term: number;
  readonly period: string;
  readonly credits: string | null;
  readonly title: string | null;
}

/** District, schools, sections and courses. */
export function frameTables(read: ReadSample): Record<string, SampleRow[]> {
  const agency = read('EducationOrganization', 'LocalEducationAgency')[0]!;
  const districtNumber = Number(agency.need('LocalEducationAgencyId'));
  const calendars = new Map(schoolsOf(read).map(({ id, calendar }) => [id, calendar]));
  const types = new Map(schoolsOf(read).map(({ id, type }) => [id, type]));
  const teachers = teachersOf(read);
  const courses = new Map(
    read('EducationOrganization', 'Course').map((course) => [course.need('CourseCode'), course]),
  );
  return {
    District: [
      {
        districtNumber,
        name: agency.need('NameOfInstitution'),
        address: addressOf(agency),
        phone: agency.text('InstitutionTelephone.TelephoneNumber'),
        settings: null,
      },
    ],
    ReportingEntity: read('EducationOrganization', 'EducationServiceCenter').map((center) => ({
      reportingEntityID: Number(center.need('EducationServiceCenterId')),
      districtNumber,
      name: center.need('NameOfInstitution'),
      code: center.need('EducationServiceCenterId'),
    })),
    School: read('EducationOrganization', 'School').map((school) => {
      const id = Number(school.need('SchoolId'));
      return {
        schoolID: id,
        districtNumber,
        number: String(id).slice(-3),
        name: school.need('NameOfInstitution'),
        address: addressOf(school),
        type: types.get(id)!,
      };
    }),
    CourseSection: sectionsOf(read).map((section) => ({
      courseSectionID: section.id,
      calendarID: calendars.get(section.school)!,
      courseCode: section.course,
      number: section.identifier,
      title: section.title,
      teacherPersonID: teachers.get(sectionKey(section.identifier, section.course, section.term)) ?? null,
      capacity: null,
      credits: section.credits,
    })),
    CourseCode: [...courses.values()].map((course) => ({
      courseCode: course.need('CourseCode'),
      title: course.need('CourseTitle'),
      subject: course.descriptor('AcademicSubject')?.slice(0, 20) ?? null,
      description: course.text('CourseDescription'),
      credits: null,
    })),
  };
}

export function sectionsOf(read: ReadSample): SampleSection[] {
  return read('MasterSchedule', 'Section').map((section, index) => ({
    id: index + 1,
    identifier: section.need('SectionIdentifier'),
    school: Number(section.need(`${offering}.SchoolReference.SchoolIdentity.SchoolId`)),
    course: section.need(`${offering}.LocalCourseCode`),
    term: termOf(section.need(`${offering}.SessionReference.SessionIdentity.SessionName`)),
    period: section.need('ClassPeriodReference.ClassPeriodIdentity.ClassPeriodName'),
    credits: section.text('AvailableCredits.Credits'),
    title: section.text('SectionName'),
  }));
}

const offering = 'CourseOfferingReference.CourseOfferingIdentity';

export function termOf(session: string): number {
  return session.includes('Fall') ? 1 : 2;
}

/** The section that an element references, as `sectionKey` names it. */
export function referencedSection(element: Element): string {
  const identity = 'SectionReference.SectionIdentity';
  return sectionKey(
    element.need(`${identity}.SectionIdentifier`),
    element.need(`${identity}.${offering}.LocalCourseCode`),
    termOf(element.need(`${identity}.${offering}.SessionReference.SessionIdentity.SessionName`)),
  );
}

export function sectionKey(identifier: string, course: string, term: number): string {
  return `${identifier}/${course}/${term}`;
}

function teachersOf(read: ReadSample): Map<string, number> {
  return new Map(
    read('StaffAssociation', 'StaffSectionAssociation').map((association) => [
      referencedSection(association),
      Number(association.need('StaffReference.StaffIdentity.StaffUniqueId')),
    ]),
  );
}

/** The first address in one line. */
export function addressOf(element: Element): string | null {
  const address = element.all('Address')[0];
  if (!address) return null;
  const state = address.descriptor('StateAbbreviation') ?? '';
  return `${address.text('StreetNumberName')}, ${address.text('City')}, ${state} ${address.text('PostalCode')}`;
}
