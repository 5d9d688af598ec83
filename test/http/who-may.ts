import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteSpec } from '../../src/http/route';
import { publicKeyOf, signManifest } from '../../src/features/certifications/signing';
import { newSigningKey, readSigningKey } from '../../src/config/signing-key';
import { insertDrift } from '../../src/features/certifications/drift-store';
import { keepKey } from '../../src/features/certifications/key-store';
import { insertCertification, storeManifest } from '../../src/features/certifications/store';
import { postAlert } from '../../src/features/alerts/post';
import { finishResync, insertResync } from '../../src/features/resyncs/store';
import { closeDistrictAction, insertDistrictAction } from '../../src/features/district-actions/store';
import { closeImport, insertImport } from '../../src/features/registrations/import-store';
import { insertPreview } from '../../src/features/selective-sync/preview-store';
import { insertStateRequest } from '../../src/features/state-requests/store';
import { insertSyncEvent } from '../../src/features/field-ownership/sync-event-store';
import { createToken } from '../../src/features/access/token-store';
import { finishVerification, insertVerification } from '../../src/features/verifications/store';
import { addWebhook } from '../../src/features/notices/webhook-store';
import { checksumMethod, manifestFormat } from '../../src/domain/certification';
import { effectiveRights, toolRights, type ToolRight } from '../../src/domain/rights';
import { requestOf, runningResync, someCatalog } from '../support/control-database';
import type { ApiWorld } from '../support/api-world';

/** Columns of the table in docs/rights.md, from the third. */
export const kinds = [
  'no token',
  'expired',
  'A, right',
  'A, no right',
  'B, right',
  'state, right',
  'state, no right',
  'state for B, right',
] as const;
export type Kind = (typeof kinds)[number];

export interface Row {
  readonly route: string;
  readonly needs: string;
  readonly cells: Readonly<Record<Kind, string>>;
}

/** The table as it is written. */
export function writtenTable(): Row[] {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'rights.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => /^\| `(GET|POST|PUT|DELETE) \//.test(line))
    .map((line) => {
      const [route = '', needs = '', ...cells] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''));
      if (cells.length !== kinds.length)
        throw new Error(`docs/rights.md: ${route} has not ${kinds.length} cells.`);
      const named = Object.fromEntries(kinds.map((kind, index) => [kind, cells[index]]));
      return { route, needs, cells: named as Record<Kind, string> };
    });
}

export function nameOf({ method, path }: Pick<RouteSpec, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}

export function needsOf({ right, orRights = [], stateOnly }: RouteSpec): string {
  const either = orRights.map((one) => ` or ${one}`).join('');
  return `${right ?? 'any token'}${either}${stateOnly ? ', state' : ''}`;
}

/**
 * A row for a route that has none: what the rules give; to be read before it is copied into
 * docs/rights.md.
 */
export function suggestedRow(spec: RouteSpec): string {
  const named = spec.path.includes('{');
  const district = spec.stateOnly || spec.right === 'stateRequest' ? '403' : 'yes';
  const cells: Record<Kind, string> = {
    'no token': '401',
    expired: '401',
    'A, right': district,
    'A, no right': spec.right === null ? district : '403',
    'B, right': district === '403' ? '403' : named ? '404' : 'own',
    'state, right': 'yes',
    'state, no right': spec.right === null ? 'yes' : '403',
    'state for B, right': named ? '404' : 'own',
  };
  return `| \`${nameOf(spec)}\` | ${needsOf(spec)} | ${kinds.map((kind) => cells[kind]).join(' | ')} |`;
}

/** Authorization headers of a kind of principal for a route's right; `null`: none. */
export function callers(
  world: ApiWorld,
): (kind: Kind, right: ToolRight | null, orRights?: readonly ToolRight[]) => Promise<string | null> {
  const made = new Map<string, Promise<string>>();
  const make = async (
    kind: Kind,
    right: ToolRight | null,
    orRights: readonly ToolRight[] = [],
  ): Promise<string> => {
    const level = kind.startsWith('state') ? 'state' : 'district';
    const wanted = kind.endsWith('no right')
      ? toolRights.filter((other) => other !== right && !orRights.includes(other))
      : right === null
        ? []
        : [right];
    const { token } = await createToken(world.control, {
      name: kind,
      level,
      districts: kind.includes('B') ? [world.other] : level === 'district' ? [world.here] : null,
      rights: effectiveRights(level, kind === 'expired' ? toolRights : wanted),
      ...(kind === 'expired' ? { expiresInDays: -1 } : {}),
    });
    return `Bearer ${token}`;
  };
  return (kind, right, orRights) => {
    if (kind === 'no token') return Promise.resolve(null);
    const key = `${kind}/${right}/${orRights?.join()}`;
    if (!made.has(key)) made.set(key, make(kind, right, orRights));
    return made.get(key)!;
  };
}

/** What stands for {district}, {id} … in the requests: things of district A. */
export interface Things {
  readonly resync: string;
  readonly principal: string;
  readonly token: string;
  readonly alert: string;
  readonly stateRequest: string;
  readonly webhook: string;
  readonly blackout: string;
  readonly schedule: string;
  readonly recurringRequest: string;
  readonly selectiveSync: string;
  readonly preview: string;
  readonly syncEvent: string;
  readonly certification: string;
  readonly drift: string;
  readonly verification: string;
  readonly identityConflict: string;
  readonly districtAction: string;
  readonly districtImport: string;
  /** Of the preview that startDistrictAction is about. */
  readonly previewHash: string;
}

/** Makes one thing of each kind in district A. A route of a new kind of thing adds its own here. */
export async function thingsOf(world: ApiWorld): Promise<Things> {
  const { control, here } = world;
  await runningResync(control, 'ended', ['School'], { districtId: here });
  await finishResync(control, { resyncId: 'ended', status: 'failed', message: 'made for the table' });
  const made = await createToken(control, { name: `of ${here}`, level: 'district', districts: [here] });
  const alertKey = `for ${here}`;
  await postAlert(control, {
    alertKey,
    category: 'Vertical Interoperability',
    name: 'Made for the table',
    text: `For ${here}.`,
    districtId: here,
    right: 'processAlerts',
  });
  const alert = await control<{ alertKey: string; processAlertID: number }>('processAlert')
    .where({ alertKey })
    .first();
  const webhook = await addWebhook(control, {
    principalId: made.principalId,
    url: 'https://example.org/hook',
    events: ['completion'],
    secret: 'plain:made for the table',
  });
  await insertSyncEvent(control, {
    ...{ syncEventId: 'eventA', districtId: here, object: 'School', keys: null },
    ...{ resyncId: null, requestedBy: 'the table' },
  });
  return {
    resync: 'ended',
    principal: made.principalId,
    token: made.tokenId,
    alert: String(alert!.processAlertID),
    stateRequest: await stateRequestFor(world),
    webhook: webhook.webhookId,
    blackout: 'windowA',
    schedule: 'scheduleA',
    recurringRequest: 'recurringA',
    syncEvent: 'eventA',
    ...(await certificationFor(world)),
    verification: await verificationFor(world),
    identityConflict: await identityConflictFor(world),
    districtAction: await districtActionFor(world),
    districtImport: await districtImportFor(world),
    previewHash: 'of-the-preview',
    ...(await selectiveFor(world)),
  };
}

/** A school of district A whose GUID was changed, as its newest run has found. */
async function identityConflictFor({ control, here }: ApiWorld): Promise<string> {
  await runningResync(control, 'conflicting', ['School'], { districtId: here });
  const [id] = await control('recordError').insert({
    ...{ resyncID: 'conflicting', districtID: here, objectName: 'School', recordKey: '["1"]' },
    ...{ guid: 'a', outcome: 'failed', code: 'IDENTITY_CHANGED', message: 'made for the table' },
  });
  await finishResync(control, { resyncId: 'conflicting', status: 'failed', message: 'made for the table' });
  return String(id);
}

/** A selective sync of one school of district A, and a preview of it. */
async function selectiveFor({
  control,
  here,
}: ApiWorld): Promise<{ selectiveSync: string; preview: string }> {
  const [selectiveSync, preview] = ['one-school', 'previewed'];
  const one = { object: 'School', key: ['1'] };
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf(selectiveSync, {
      ...{ districtId: here, objects: ['School'], selection: 'selective', selected: one },
    }),
  });
  await finishResync(control, { resyncId: selectiveSync, status: 'failed', message: 'made for the table' });
  await insertPreview(control, {
    ...{ previewId: preview, districtId: here, schoolYear: 2027, level: 'district', requestedBy: 'test' },
    ...one,
  });
  return { selectiveSync, preview };
}

/** A certification of district A without an object, and a comparison with it. */
async function certificationFor({
  control,
  here,
}: ApiWorld): Promise<{ certification: string; drift: string }> {
  const [certificationId, driftId] = ['certified', 'compared'];
  const asked = { schoolYear: 2027, reportingDate: '2026-10-01', name: 'made for the table' } as const;
  const certification = {
    ...asked,
    certificationId,
    districtId: here,
    certifiedBy: 'state',
    requestedBy: 'test',
  } as const;
  await insertCertification(control, { certification, asked, idempotencyKey: null });
  const manifest = {
    ...asked,
    certificationId,
    format: manifestFormat,
    checksum: checksumMethod,
    district: { id: here, number: 1, name: here },
    certifiedBy: 'state',
    measuredAt: '2026-10-02T00:00:00.000Z',
    newestResync: null,
    catalog: 'five',
    records: 0,
    objects: [],
  } as const;
  const signing = readSigningKey(newSigningKey());
  const signed = await signManifest(signing, manifest);
  await keepKey(control, { kid: signed.kid, publicKey: await publicKeyOf(signing) });
  await storeManifest(control, { manifest, ...signed }, 'made for the table');
  await insertDrift(control, { driftId, certificationId, initiator: 'state', requestedBy: 'test' });
  return { certification: certificationId, drift: driftId };
}

/** A verification of district A that has ended. */
async function verificationFor({ control, here }: ApiWorld): Promise<string> {
  const verificationId = 'compared';
  await insertVerification(
    control,
    {
      verificationId,
      districtId: here,
      schoolYear: 2027,
      objects: ['School'],
      checkDependencies: true,
      initiator: 'district',
      requestedBy: 'test',
      kind: 'verification',
      resyncId: null,
    },
    { catalogHash: someCatalog },
  );
  await finishVerification(control, { verificationId, status: 'finished', message: null });
  return verificationId;
}

/** A request of the state that concerns district A only. */
async function stateRequestFor({ control, here }: ApiWorld): Promise<string> {
  // Of this world only: two at one Temporal must not be each other's.
  const stateRequestId = `asked-${here}`;
  const asked = {
    objects: 'all',
    checkDependencies: true,
    scenario: 'STATE_REQUEST',
    mode: 'compare',
  } as const;
  await insertStateRequest(control, {
    request: {
      ...asked,
      stateRequestId,
      schoolYear: null,
      reason: 'made for the table',
      requestedBy: 'test',
    },
    window: { from: new Date(), until: new Date(Date.now() + 3_600_000) },
    districts: [{ districtId: here, schoolYear: 2027, problem: null }],
    asked,
  });
  return stateRequestId;
}

/** Something that the state has done in district A only. */
async function districtActionFor({ control, here }: ApiWorld): Promise<string> {
  const districtActionId = 'done-to-many';
  const why = 'made for the table';
  await insertDistrictAction(control, {
    action: { districtActionId, action: 'cancel', words: {}, requestedBy: 'test' },
    targets: [{ districtId: here, schoolYear: 2027, resyncId: null, whyNot: why, note: null, detail: null }],
    ...{ asked: {}, idempotencyKey: null },
  });
  await closeDistrictAction(control, districtActionId, null);
  return districtActionId;
}

/** An import of one line that couldn't be read. */
async function districtImportFor({ control }: ApiWorld): Promise<string> {
  const importId = 'imported';
  const lines = [{ line: 2, districtId: null, refused: 'made for the table' }];
  await insertImport(control, { importId, dryRun: false, requestedBy: 'test', lines });
  await closeImport(control, importId, null);
  return importId;
}

/**
 * Puts back what a request of the table takes away for good, before the next caller asks for it:
 * what is deleted, and district A as it was configured.
 */
export async function renewThings(
  { control, here, refreshDistricts }: ApiWorld,
  { blackout, schedule, recurringRequest }: Things,
): Promise<void> {
  const changed = await control('registeredDistrict').where({ districtID: here }).delete();
  if (changed > 0) {
    await control('districtRegistry').increment('revision');
    await refreshDistricts();
  }
  const rule = { kind: 'dated', startsAt: '2099-01-01T00:00:00.000Z', endsAt: '2099-01-02T00:00:00.000Z' };
  const common = { districtID: here, createdBy: 'the table' };
  await control('blackout')
    .insert({ blackoutID: blackout, setBy: 'district', rule: JSON.stringify(rule), ...common })
    .onConflict('blackoutID')
    .merge(['blackoutID']);
  const request = { objects: 'all', checkDependencies: true, mode: 'compare', scenario: 'OTHER' };
  const timing = {
    times: { cron: '0 2 29 2 *' },
    timezone: 'UTC',
    jitterMinutes: 0,
    missed: 'one',
    catchupWindowMinutes: 60,
    overlap: 'skip',
  };
  await control('resyncSchedule')
    .insert({
      scheduleID: schedule,
      name: schedule,
      initiator: 'district',
      kind: 'resync',
      timing: JSON.stringify(timing),
      request: JSON.stringify(request),
      createdByID: 'the table',
      ...common,
    })
    .onConflict('scheduleID')
    .merge(['scheduleID']);
  const asked = { ...request, districts: 'all', scenario: 'STATE_REQUEST', reason: 'made for the table' };
  await control('resyncSchedule')
    .insert({
      scheduleID: recurringRequest,
      name: recurringRequest,
      initiator: 'state',
      kind: 'stateRequest',
      timing: JSON.stringify(timing),
      request: JSON.stringify({
        ...asked,
        waves: null,
        recordsPerSecond: null,
        windowHours: null,
        reach: null,
      }),
      createdByID: 'the table',
      createdBy: 'the table',
    })
    .onConflict('scheduleID')
    .merge(['scheduleID']);
}

/**
 * The request of a route: its path with A's things in it, the same path with ids that nothing has,
 * and a body. `{id}` is told by the path before it.
 */
export function requestFor(
  spec: RouteSpec,
  world: ApiWorld,
  things: Things,
): { path: string; unknownPath: string; body: object | undefined } {
  const ids: Readonly<Record<string, string>> = {
    '/districts/{district}': world.here,
    '/resyncs/{id}': things.resync,
    '/principals/{principal}': things.principal,
    '/tokens/{token}': things.token,
    '/alerts/{id}': things.alert,
    '/state-requests/{id}': things.stateRequest,
    '/webhooks/{id}': things.webhook,
    '/blackouts/{id}': things.blackout,
    '/schedules/{id}': things.schedule,
    '/recurring-requests/{id}': things.recurringRequest,
    '/selective-syncs/{id}': things.selectiveSync,
    '/previews/{id}': things.preview,
    '/sync-events/{id}': things.syncEvent,
    '/certifications/{id}': things.certification,
    '/drift/{drift}': things.drift,
    '/verifications/{id}': things.verification,
    '/identity-conflicts/{id}': things.identityConflict,
    '/district-actions/{id}': things.districtAction,
    '/registrations/{district}': world.here,
    '/district-imports/{id}': things.districtImport,
  };
  const fixed: Readonly<Record<string, string>> = { name: 'School', tool: 'agents', object: 'School' };
  const filled = (idOf: (known: string) => string): string =>
    spec.path
      .replace('/{key}/', '/1/')
      .replace(/(\/[\w-]+\/)\{(\w+)\}/g, (place, before: string, param: string) => {
        const known = ids[place];
        if (known !== undefined) return `${before}${idOf(known)}`;
        const value = fixed[param];
        if (value === undefined)
          throw new Error(`test/http/who-may.ts: what stands for ${place} in ${spec.path}?`);
        return `${before}${value}`;
      });
  return {
    path: `/api/v1${filled((known) => known)}`,
    unknownPath: `/api/v1${filled((known) => (/^\d+$/.test(known) ? '999999999' : 'nothing'))}`,
    body: spec.body && exampleFor(spec, world, things),
  };
}

/** The body that the document shows, for district A and what was shown of it. */
function exampleFor({ example = {} }: RouteSpec, { here }: ApiWorld, { previewHash }: Things): object {
  // A time that the document names, and that is still to come.
  const soon = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const text = JSON.stringify(example)
    .replaceAll('grand-bend', here)
    .replaceAll('2026-12-31T22:00:00Z', soon);
  return JSON.parse(text.replaceAll('of-the-preview', previewHash)) as object;
}
