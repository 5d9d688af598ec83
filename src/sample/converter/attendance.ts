import type { SampleRow } from '../write-table';
import { enrollmentsOf } from './people';
import type { Element, ReadSample } from './xml';

/** Attendance and behavior. */
export function attendanceTables(read: ReadSample): Record<string, SampleRow[]> {
  const enrollments = new Map(enrollmentsOf(read).map(({ id, person }) => [person, id]));
  return {
    AttendanceExactCount: read('StudentSchoolAttendance', 'StudentSchoolAttendanceEvent').map(
      (event, index) => {
        const category = event.descriptor('AttendanceEvent.AttendanceEventCategory') ?? '';
        const reason = event.text('AttendanceEvent.AttendanceEventReason');
        const isAbsent = category.includes('Absence');
        return {
          attendanceExactCountID: index + 1,
          enrollmentID: enrollments.get(studentOf(event))!,
          date: event.need('AttendanceEvent.EventDate'),
          status: isAbsent ? 'A' : category === 'Tardy' ? 'T' : 'P',
          excuse: reason === null || category === 'Tardy' ? null : reason.includes('unexcused') ? 'U' : 'E',
          // A whole day has seven periods of 50 minutes.
          minutesAbsent: isAbsent ? 350 : 0,
          comments: reason,
        };
      },
    ),
    ...behaviorTables(read),
  };
}

function behaviorTables(read: ReadSample): Record<string, SampleRow[]> {
  const incidents = new Map(
    read('StudentDiscipline', 'DisciplineIncident').map((incident) => [
      incident.attribute('id') ?? '',
      incident,
    ]),
  );
  const associations = read('StudentDiscipline', 'StudentDisciplineIncidentBehaviorAssociation');
  const actions = read('StudentDiscipline', 'DisciplineAction');
  const schoolOf = (incident: Element): number =>
    Number(incident.need('SchoolReference.SchoolIdentity.SchoolId'));
  const incidentOf = (association: Element): Element =>
    incidents.get(association.all('DisciplineIncidentReference')[0]?.attribute('ref') ?? '')!;
  const resolutions = new Map(
    actions.flatMap((action) => {
      const identity =
        'StudentDisciplineIncidentBehaviorAssociationReference.StudentDisciplineIncidentBehaviorAssociationIdentity.DisciplineIncidentReference.DisciplineIncidentIdentity';
      const incident = action.text(`${identity}.IncidentIdentifier`);
      const school = action.text(`${identity}.SchoolReference.SchoolIdentity.SchoolId`);
      return [[`${studentOf(action)}/${incident}/${school}`, action.descriptor('Discipline')] as const];
    }),
  );
  return {
    BehaviorType: codeTable(
      'behaviorTypeID',
      associations.map((association) => ({
        school: schoolOf(incidentOf(association)),
        name: association.descriptor('Behavior')!,
      })),
    ),
    BehaviorResolutionType: codeTable(
      'behaviorResolutionTypeID',
      actions.map((action) => ({
        school: Number(action.need('ResponsibilitySchoolReference.SchoolIdentity.SchoolId')),
        name: action.descriptor('Discipline')!,
      })),
    ),
    Behavior: associations.map((association, index) => {
      const incident = incidentOf(association);
      const resolution = resolutions.get(
        `${studentOf(association)}/${incident.need('IncidentIdentifier')}/${schoolOf(incident)}`,
      );
      return {
        behaviorID: index + 1,
        personID: studentOf(association),
        incidentTimestamp: `${incident.need('IncidentDate')} ${incident.text('IncidentTime') ?? '00:00:00'}`,
        eventCode: codeOf(association.descriptor('Behavior')!),
        resolutionCode: typeof resolution === 'string' ? codeOf(resolution) : null,
        location: incident.descriptor('IncidentLocation'),
        narrative: association.text('BehaviorDetailedDescription'),
      };
    }),
  };
}

function studentOf(element: Element): number {
  return Number(element.need('StudentReference.StudentIdentity.StudentUniqueId'));
}

function codeOf(name: string): string {
  return name.toUpperCase().replaceAll(' ', '_').slice(0, 20);
}

/** Each name once a school. */
function codeTable(key: string, uses: readonly { school: number; name: string }[]): SampleRow[] {
  const distinct = new Map(uses.map((use) => [`${use.school}/${use.name}`, use]));
  return [...distinct.values()].map(({ school, name }, index) => ({
    [key]: index + 1,
    schoolID: school,
    code: codeOf(name),
    name,
  }));
}
