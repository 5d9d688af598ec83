import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Verification {
  readonly verificationId: string;
  readonly status: string;
  readonly equal: boolean | null;
  readonly resyncNecessary: boolean | null;
  readonly objectsToResync: readonly string[] | null;
  readonly message: string | null;
  readonly totals: Readonly<Record<string, number>>;
  readonly objectResults: readonly {
    readonly object: string;
    readonly counts: Readonly<Record<string, number>>;
  }[];
}

interface Sample {
  readonly object: string;
  readonly kind: string;
  readonly key: readonly string[];
  readonly school: readonly string[] | null;
}

/**
 * Somebody works on North's and the state's databases past the application; a verification finds
 * just that.
 */
export async function verification({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('North and the state have drifted apart, and a verification finds where');
  const north = stage.numberOf('north');
  const verify = async (
    does: string,
    tells: (verification: Verification) => string,
  ): Promise<Verification> => {
    const { verificationId } = await teller.step<{ verificationId: string }>({
      does: 'North compares all it has with the state',
      as: people.north,
      method: 'POST',
      path: '/verifications',
      body: { district: 'north', objects: 'all' },
      status: 202,
      tells: (accepted) => `verification ${accepted.verificationId}`,
    });
    return teller.until<Verification>({
      does,
      as: people.north,
      path: `/verifications/${verificationId}`,
      done: ({ status }) => ['finished', 'failed', 'cancelled'].includes(status),
      tells,
    });
  };
  await verify('both editions are equal', (found) => {
    must(found.equal === true && found.resyncNecessary === false, `equal: ${found.message}`);
    return found.message ?? '';
  });

  const planted: Record<
    'changed' | 'deleted' | 'added',
    { object: string; id: number; school: number | null }
  > = {
    changed: { object: 'Enrollment', id: 0, school: null },
    deleted: { object: 'AttendanceExactCount', id: 0, school: null },
    added: { object: 'Transportation', id: 0, school: null },
  };
  await teller.also(
    'SQL by hand: a record is changed, one deleted at the state, one added in North',
    async () => {
      const [changed] = await stage.sql(
        'state',
        `SELECT e.enrollmentID AS id, c.schoolID AS school FROM Enrollment e
         JOIN StructureGradeLevel g USING (districtID, structureGradeLevelID)
         JOIN ScheduleStructure s USING (districtID, scheduleStructureID) JOIN Calendar c USING (districtID, calendarID)
        WHERE districtID = ? AND e.endYear = ? ORDER BY e.enrollmentID LIMIT 1`,
        [north, firstYear],
      );
      planted.changed = {
        ...planted.changed,
        id: Number(changed!['id']),
        school: Number(changed!['school']),
      };
      await stage.sql(
        'state',
        'UPDATE Enrollment SET startDate = startDate + INTERVAL 3 DAY WHERE districtID = ? AND enrollmentID = ?',
        [north, planted.changed.id],
      );
      const [deleted] = await stage.sql(
        'state',
        'SELECT MAX(attendanceExactCountID) AS id FROM AttendanceExactCount WHERE districtID = ? AND endYear = ?',
        [north, firstYear],
      );
      planted.deleted.id = Number(deleted!['id']);
      await stage.sql(
        'state',
        'DELETE FROM AttendanceExactCount WHERE districtID = ? AND attendanceExactCountID = ?',
        [north, planted.deleted.id],
      );
      await stage.sql(
        'north',
        `CREATE TEMPORARY TABLE one AS SELECT * FROM Transportation
         ORDER BY transportationID DESC LIMIT 1;
       UPDATE one SET transportationID = (SELECT MAX(transportationID) + 1 FROM Transportation), guid = UUID();
       INSERT INTO Transportation SELECT * FROM one`,
      );
      const [added] = await stage.sql('north', 'SELECT MAX(transportationID) AS id FROM Transportation');
      planted.added.id = Number(added!['id']);
      return Object.entries(planted)
        .map(([what, { object, id }]) => `${what}: ${object} ${id}`)
        .join(', ');
    },
  );

  const found = await verify('it finds these three, and of what a resync is called for', (verification) => {
    const { equal, resyncNecessary, objectsToResync, totals, message } = verification;
    must(equal === false && resyncNecessary === true, 'not equal, and a resync is necessary');
    must(
      totals['missing'] === 2 && totals['different'] === 1 && totals['extra'] === 0,
      JSON.stringify(totals),
    );
    const names = Object.values(planted).map(({ object }) => object);
    must(
      [...objectsToResync!].toSorted().join() === names.toSorted().join(),
      `just these objects: ${objectsToResync!.join()}`,
    );
    return message ?? '';
  });
  const path = `/verifications/${found.verificationId}`;
  await teller.step<{ items: readonly Sample[] }>({
    does: 'the samples name the very records',
    as: people.north,
    path: `${path}/samples`,
    status: 200,
    tells: ({ items }) => {
      const told = items.map(({ object, kind, key }) => `${object} ${key.join()} ${kind}`).toSorted();
      const { changed, deleted, added } = planted;
      const expected = [
        `${changed.object} ${changed.id} different`,
        `${deleted.object} ${deleted.id} missing`,
        `${added.object} ${added.id} missing`,
      ].toSorted();
      must(told.join('; ') === expected.join('; '), `${told.join('; ')}, not ${expected.join('; ')}`);
      const ofChanged = items.find(({ object }) => object === changed.object)!;
      must(ofChanged.school?.join() === String(changed.school), 'and the school as SQL tells it');
      return told.join('; ');
    },
  });
  await teller.also('the counts are those of the databases themselves', async () => {
    const lines: string[] = [];
    for (const { object } of Object.values(planted)) {
      const counted = await countBoth(stage, 'north', object, firstYear);
      const { counts } = found.objectResults.find((row) => row.object === object)!;
      must(
        counts['districtRecords'] === counted.district && counts['stateRecords'] === counted.state,
        `${object}: ${JSON.stringify(counts)}, by SQL ${JSON.stringify(counted)}`,
      );
      lines.push(`${object} ${counted.district} and ${counted.state}`);
    }
    return lines.join(', ');
  });
  await teller.step({
    does: 'East is told that there is no such verification',
    as: people.east,
    path,
    status: 404,
  });

  const { resyncId } = await teller.step<Accepted>({
    does: 'North sends exactly the objects it names',
    as: people.north,
    method: 'POST',
    path: '/districts/north/resyncs',
    body: { objects: found.objectsToResync, checkDependencies: false, scenario: 'DATABASE_MODIFICATION' },
    status: 202,
  });
  await teller.until<Resync>({
    does: '… which writes three records, no more',
    as: people.north,
    path: `/resyncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.color === 'green', 'it is green');
      must(resync.totals!.inserted === 2 && resync.totals!.updated === 1, outcomeOf(resync));
      return outcomeOf(resync);
    },
  });
  const after = await verify('both editions are equal again', (verification) => {
    must(verification.equal === true, `equal: ${verification.message}`);
    return verification.message ?? '';
  });
  await teller.step<{
    objects: readonly { object: string; then: { missing: number } | null; now: { missing: number } | null }[];
  }>({
    does: 'what has changed between the two is told side by side',
    as: people.north,
    path: `/verifications/${after.verificationId}/changes?since=${found.verificationId}`,
    status: 200,
    tells: ({ objects }) => {
      const row = objects.find(({ object }) => object === planted.added.object)!;
      must(row.then?.missing === 1 && row.now?.missing === 0, 'one missing then, none now');
      return `${row.object}: missing ${row.then!.missing}, then ${row.now!.missing}`;
    },
  });
}
