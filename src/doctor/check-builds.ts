/** What doctor finds of the builds that workers say they are of (docs/operations.md). */
import type { Connection } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';
import type { Config } from '../config';
import { workerDeployment } from '../temporal/task-queues';
import { type Finding, ok, warn } from './finding';

const check = 'Temporal worker builds';
const { VERSION_DRAINAGE_STATUS_DRAINING: draining } = proto.api.enums.v1.VersionDrainageStatus;

type Deployment = proto.api.deployment.v1.IWorkerDeploymentInfo;

/** @throws what Temporal's service throws, but for a deployment that it doesn't know */
export async function buildFindings(
  connection: Connection,
  { namespace, taskQueue, buildId }: Pick<Config['temporal'], 'namespace' | 'taskQueue' | 'buildId'>,
): Promise<Finding[]> {
  const deploymentName = workerDeployment(taskQueue);
  const known = await readDeployment(connection, { namespace, deploymentName });
  if (buildId === undefined) return [withoutBuild(known, deploymentName)];
  const makeCurrent = `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
  if (known === null)
    return [
      warn(
        check,
        `Temporal knows no worker of ${buildId} yet`,
        `Start one, then make its build current: ${makeCurrent}`,
      ),
    ];
  const current = currentOf(known);
  const older = drainingOf(known);
  const found = [
    `this configuration is ${buildId}`,
    current === null ? 'no build is current' : `current is ${current}`,
    ...(older.length === 0 ? [] : [`runs are under way in ${older.join(', ')}`]),
  ].join('; ');
  if (current === buildId) return [ok(check, found)];
  return [
    warn(
      check,
      found,
      `What begins now begins ${current === null ? 'at workers without a build' : `under ${current}`}. Once workers of ${buildId} run: ${makeCurrent}`,
    ),
  ];
}

/** Builds aren't told apart, unless they were before. */
function withoutBuild(known: Deployment | null, deploymentName: string): Finding {
  const current = known === null ? null : currentOf(known);
  if (current === null) return ok(check, 'not told apart (temporal.buildId is not set)');
  return warn(
    check,
    `temporal.buildId is not set, and current is ${current}`,
    `What begins now waits for workers of ${current}: set temporal.buildId, or while nothing is under way: temporal worker deployment set-current-version --deployment-name ${deploymentName} --unversioned`,
  );
}

function currentOf({ routingConfig }: Deployment): string | null {
  const buildId = routingConfig?.currentDeploymentVersion?.buildId;
  return buildId === undefined || buildId === null || buildId === '' ? null : buildId;
}

/** Builds that are not current any more and still have runs: their workers have to stay. */
function drainingOf({ versionSummaries }: Deployment): string[] {
  return (versionSummaries ?? [])
    .filter(({ drainageStatus }) => drainageStatus === draining)
    .flatMap(({ deploymentVersion }) => deploymentVersion?.buildId ?? [])
    .sort();
}

async function readDeployment(
  { workflowService }: Connection,
  asked: { readonly namespace: string; readonly deploymentName: string },
): Promise<Deployment | null> {
  try {
    const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment(asked);
    return workerDeploymentInfo ?? null;
  } catch (error) {
    if (hasCode(error, notFound) || hasCode(error, unimplemented)) return null;
    throw error;
  }
}

/** Status codes of gRPC. */
const notFound = 5;
const unimplemented = 12;

function hasCode(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
