import type { DriftRow, Manifest } from '../../src/domain/certification';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Certified {
  readonly status: string;
  readonly verified: boolean | null;
  readonly manifest: Manifest;
}

interface Drift {
  readonly driftId: string;
  readonly status: string;
  readonly items: readonly DriftRow[];
}

/** By hand, from an enrollment (e) to its calendar (c), which has the school. */
const toCalendar = `
  JOIN StructureGradeLevel g USING (districtID, structureGradeLevelID)
  JOIN ScheduleStructure s USING (districtID, scheduleStructureID)
  JOIN Calendar c USING (districtID, calendarID)`;

/**
 * The state certifies what it holds of North, and finds out later what was changed (specification:
 * Data Certification).
 */
export async function certification({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('The state certifies what it holds of North');
  const reportingDate = new Date().toISOString().slice(0, 10);
  const { certificationId } = await teller.step<{ certificationId: string }>({
    does: 'the state certifies North for today’s reporting date',
    as: people.state,
    method: 'POST',
    path: '/certifications',
    body: { district: 'north', reportingDate, name: 'Membership count' },
    status: 202,
    tells: (accepted) => `certification ${accepted.certificationId}`,
  });
  const path = `/certifications/${certificationId}`;
  const { manifest } = await teller.until<Certified>({
    does: 'it is signed, and its signature fits',
    as: people.state,
    path,
    done: ({ status }) => status === 'certified',
    tells: ({ verified, manifest }) => {
      must(verified === true, 'the signature is verified');
      return `${manifest.objects.length} objects, ${manifest.records} records, measured at ${manifest.measuredAt}`;
    },
  });
  await teller.also('the state’s database, asked by hand, has those records of every object', async () => {
    for (const { object, counts } of manifest.objects) {
      const certified = counts.reduce((sum, { records }) => sum + records, 0);
      const { state } = await countBoth(stage, 'north', object, firstYear);
      must(certified === state, `${object}: ${certified} certified, ${state} by SQL`);
    }
    const bySchool = await stage.sql(
      'state',
      `SELECT CONCAT('["', c.schoolID, '"]') AS school, COUNT(*) AS records
         FROM Enrollment e ${toCalendar}
        WHERE districtID = ? AND e.endYear = ? GROUP BY c.schoolID ORDER BY school`,
      [stage.numberOf('north'), firstYear],
    );
    const enrollments = manifest.objects.find(({ object }) => object === 'Enrollment')!;
    const certified = enrollments.counts.map(({ school, records }) => `${school}: ${records}`);
    const counted = bySchool.map((row) => `${String(row['school'])}: ${Number(row['records'])}`);
    must(certified.join() === counted.join(), `enrollments by school: ${counted.join()}`);
    return `enrollments by school ${counted.join(', ')}`;
  });
  await teller.step<{ items: readonly { category: string; name: string }[] }>({
    does: 'North’s clerk finds it among the Process Alerts',
    as: people.clerk,
    path: '/alerts',
    status: 200,
    tells: ({ items }) => {
      const alert = items.find(({ category }) => category === 'Data Certification');
      must(alert !== undefined, 'the alert is there, in its category');
      return alert!.name;
    },
  });
  await teller.step({
    does: '… which is all the clerk may see of it',
    as: people.clerk,
    path,
    status: 403,
  });
  await teller.also('nobody can change it in the control database', async () => {
    for (const statement of [
      'UPDATE certificationManifest SET jws = ? WHERE certificationID = ?',
      'UPDATE certification SET name = ? WHERE certificationID = ?',
    ]) {
      const refused = await stage.sql('control', statement, ['x', certificationId]).then(
        () => false,
        () => true,
      );
      must(refused, statement);
    }
    return 'both statements were refused';
  });

  const compared = async (does: string, tells: (differing: readonly DriftRow[]) => string): Promise<void> => {
    const { driftId } = await teller.step<Drift>({
      does: 'the state asks what has changed since',
      as: people.state,
      method: 'POST',
      path: `${path}/drift`,
      status: 202,
    });
    await teller.until<Drift>({
      does,
      as: people.state,
      path: `${path}/drift/${driftId}?limit=500`,
      done: ({ status }) => status === 'finished',
      tells: ({ items }) => tells(items.filter(({ result }) => result !== 'equal')),
    });
  };
  const nothing = (differing: readonly DriftRow[]): string => {
    must(differing.length === 0, `nothing differs: ${JSON.stringify(differing)}`);
    return 'nothing';
  };
  await compared('nothing has', nothing);

  const [pupil] = await stage.sql(
    'state',
    `SELECT e.enrollmentID, e.serviceType, CONCAT('["', c.schoolID, '"]') AS school
       FROM Enrollment e ${toCalendar}
      WHERE districtID = ? AND e.endYear = ? ORDER BY e.enrollmentID LIMIT 1`,
    [stage.numberOf('north'), firstYear],
  );
  const setTo = (serviceType: string | null) =>
    stage.sql('state', `UPDATE Enrollment SET serviceType = ? WHERE districtID = ? AND enrollmentID = ?`, [
      ...[serviceType, stage.numberOf('north'), Number(pupil!['enrollmentID'])],
    ]);
  await teller.also('somebody changes one enrollment at the state by SQL', async () => {
    await setTo(pupil!['serviceType'] === 'S' ? 'P' : 'S');
    return `at school ${String(pupil!['school'])}`;
  });
  await compared('the drift is that object at that school, and nothing else', (differing) => {
    const [only, ...others] = differing;
    must(
      others.length === 0 && only?.object === 'Enrollment' && only.result === 'changed',
      'one enrollment row',
    );
    must(only?.school === String(pupil!['school']), 'of the school it is in');
    must(only?.certified?.records === only?.today?.records, 'as many records as before');
    return `${only!.object}, school ${only!.school}: ${only!.result}`;
  });
  await teller.also('the value is put back', async () => {
    await setTo(pupil!['serviceType'] as string | null);
    return '';
  });
  await compared('there is none any more', nothing);
}
