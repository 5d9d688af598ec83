import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../../activities';
import { newSigningKey } from '../../../src/config/signing-key';
import { withWorkers } from '../../support/workers';
import { workflowBundle } from '../../support/workflow-bundle';
import { type ApiWorld, apiWorld, object } from '../../support/api-world';

const catalog = {
  name: 'three',
  objects: [
    object('School'),
    object('Enrollment', {
      parents: ['School'],
      schoolYear: { column: 'endYear' },
      references: [{ object: 'School', columns: ['schoolID'], parentColumns: ['id'] }],
    }),
    object('Person'),
  ],
};

/**
 * An API world whose state edition (in its control database) holds two schools with three
 * enrollments of 2027, and whose worker has the real activities.
 */
export async function certifiableWorld(): Promise<{ world: ApiWorld; close: () => Promise<void> }> {
  const world = await apiWorld({ objects: catalog, certification: { privateKey: newSigningKey() } });
  for (const sql of [
    'CREATE TABLE School (districtID INT, id INT, name VARCHAR(20), PRIMARY KEY (districtID, id))',
    `CREATE TABLE Enrollment (districtID INT, id INT, schoolID INT, endYear SMALLINT, note VARCHAR(40),
       PRIMARY KEY (districtID, id))`,
    'CREATE TABLE Person (districtID INT, id INT, lastName VARCHAR(40), PRIMARY KEY (districtID, id))',
    `INSERT INTO School VALUES (1, 1, 'One'), (1, 2, 'Two'), (2, 1, 'Other')`,
    `INSERT INTO Enrollment VALUES (1, 1, 1, 2027, 'Geheimnis'), (1, 2, 1, 2027, NULL), (1, 3, 2, 2027, ''),
       (1, 4, 2, 2026, 'old'), (2, 1, 1, 2027, 'theirs')`,
    `INSERT INTO Person VALUES (1, 1, 'Geheimnis'), (2, 1, 'Other')`,
  ])
    await world.control.raw(sql);
  const { config, control } = world;
  const { address, taskQueue } = config.temporal;
  const connection = await NativeConnection.connect({ address });
  const { activities, ...set } = createActivities({ config, catalog, control });
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const workers = withWorkers(
    { connection, taskQueue, activities },
    { workflowBundle: await workflowBundle() },
    () => ended,
  );
  return {
    world,
    close: async () => {
      end();
      await workers;
      await set.close();
      await connection.close();
      await world.close();
    },
  };
}
