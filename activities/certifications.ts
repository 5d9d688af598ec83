import { publicKeyOf, signManifest, verifyManifest } from '../src/features/certifications/signing';
import { readSigningKey } from '../src/config/signing-key';
import type { DistrictConfig } from '../src/config';
import {
  failDrift,
  finishDrift,
  loadDrift,
  noteDriftWaits,
} from '../src/features/certifications/drift-store';
import { keepKey, readKeys } from '../src/features/certifications/key-store';
import {
  type Certification,
  failCertification,
  loadCertification,
  noteCertificationWaits,
  readJws,
  storeManifest,
} from '../src/features/certifications/store';
import { ConflictError, NotFoundError } from '../src/control/control-error';
import { readOfferedYears } from '../src/features/scoped-year/read';
import { type Catalog, findObject, requireObject } from '../src/domain/catalog';
import {
  changedFirst,
  checksumMethod,
  driftOf,
  type Manifest,
  manifestFormat,
  type MeasuredObject,
} from '../src/domain/certification';
import { PlanError, planResync, planScopeOf } from '../src/domain/plan';
import type { RecordScope } from '../src/domain/range';
import { isSharedTable } from '../src/domain/shared-tables';
import { whyYearNotOffered } from '../src/domain/school-year';
import { DatabaseError } from '../src/editions/connection/errors';
import { measureState, type ObjectReading, prepareReading } from '../src/editions/schools/measure';
import type { Editions } from '../src/editions/connection/pools';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { activity, shortActivity } from './activity';

/** As the workflow's input; kept apart, because workflows import the activities' types. */
interface CertificationWork {
  readonly certificationId: string;
  readonly driftId?: string;
}

const hourMs = 3_600_000;

/** Activities that certify what the state holds and compare it with later days. */
export function certificationActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const { waitHours, privateKey } = config.certification;

  interface Tools {
    readonly signal: AbortSignal;
    readonly note: (details: unknown) => void;
  }

  /** Measures in one snapshot; `null`: a run is under way. */
  const read = async (
    pools: Editions,
    readings: readonly ObjectReading[],
    scope: RecordScope,
    tools: Tools,
  ) => {
    const { signal, note } = tools;
    const onObject = (measuring: string) => note({ measuring });
    const found = await measureState(pools, readings, { scope, signal, onObject });
    return found.busyWith === null ? found : null;
  };

  const mayWait = (requestedAt: string): void => {
    if (Date.now() - Date.parse(requestedAt) < waitHours * hourMs) return;
    throw new ConflictError(
      `A resync of the district and school year was still under way after ${waitHours} hours: finish or cancel it, then ask again.`,
    );
  };
  const waiting = 'Waits for the end of a resync of the district and school year.';

  const certify = async (head: Certification, tools: Tools): Promise<{ waits: boolean }> => {
    const { certificationId, districtId, schoolYear } = head;
    if (head.status === 'certified') return { waits: false };
    if (privateKey === undefined)
      throw new ConflictError(
        'This worker has no key to sign with: "resync certify key" makes one for certification.privateKey in its configuration.',
      );
    const district = editions.district(districtId);
    const scope = editions.scope(districtId, schoolYear);
    const catalog = await catalogOf(dependencies, districtId);
    const names = await sentObjects(catalog, district, schoolYear);
    const found = await editions.use(districtId, async (pools) => {
      const readings = [];
      for (const name of names)
        readings.push(await prepareReading(pools, catalog, { object: requireObject(catalog, name), scope }));
      return read(pools, readings, scope, tools);
    });
    if (found === null) {
      mayWait(head.requestedAt);
      await noteCertificationWaits(control, certificationId, waiting);
      return { waits: true };
    }
    const { measuredAt, newestResync, objects } = found;
    const manifest: Manifest = {
      format: manifestFormat,
      checksum: checksumMethod,
      certificationId,
      name: head.name,
      district: { id: districtId, number: district.number, name: district.name },
      schoolYear,
      reportingDate: head.reportingDate,
      certifiedBy: head.certifiedBy,
      measuredAt,
      newestResync,
      catalog: catalog.name,
      records: recordsOf(objects),
      objects,
    };
    const signing = readSigningKey(privateKey);
    const signed = await signManifest(signing, manifest);
    await keepKey(control, { kid: signed.kid, publicKey: await publicKeyOf(signing) });
    await storeManifest(control, { manifest, ...signed }, alertName(head, district));
    return { waits: false };
  };

  const sentObjects = async (
    catalog: Catalog,
    district: DistrictConfig,
    schoolYear: number,
  ): Promise<string[]> => {
    const years = await readOfferedYears(control, district);
    const year = years.find((offered) => offered.schoolYear === schoolYear);
    if (!year) throw new PlanError(whyYearNotOffered(schoolYear, years), 'schoolYear');
    const request = { objects: 'all', checkDependencies: true } as const;
    const { sharesState } = editions.scope(district.id, schoolYear);
    // A signed count of a table that several districts share would be of nobody.
    return planResync(catalog, request, planScopeOf(district, year))
      .objects.map(({ name }) => name)
      .filter((name) => !isSharedTable(requireObject(catalog, name), sharesState));
  };

  const compare = async (head: Certification, driftId: string, tools: Tools): Promise<{ waits: boolean }> => {
    const drift = await loadDrift(control, driftId);
    if (drift.status === 'finished' || drift.status === 'failed') return { waits: false };
    const { certificationId, districtId } = head;
    const jws = await readJws(control, certificationId);
    if (jws === null) throw new NotFoundError('Nothing is certified yet.');
    const verified = await verifyManifest(jws, await readKeys(control), head);
    // What was tampered with is nothing to compare with.
    if (!verified.valid) throw new ConflictError(verified.problem);
    const { manifest } = verified;
    const { schoolYear } = manifest;
    const scope = editions.scope(districtId, schoolYear);
    const catalog = await catalogOf(dependencies, districtId);
    const problems = new Map<string, string>();
    const found = await editions.use(districtId, async (pools) => {
      const readings: ObjectReading[] = [];
      for (const certified of manifest.objects) {
        const reading = await readingOf(pools, catalog, certified, scope);
        if (typeof reading === 'string') problems.set(certified.object, reading);
        else readings.push(reading);
      }
      return read(pools, readings, scope, tools);
    });
    if (found === null) {
      mayWait(drift.requestedAt);
      await noteDriftWaits(control, driftId, waiting);
      return { waits: true };
    }
    const today = new Map(found.objects.map((measured) => [measured.object, measured]));
    const rows = manifest.objects.flatMap((certified) => {
      const measured = today.get(certified.object);
      const problem = problems.get(certified.object) ?? 'it was not measured';
      return driftOf(certified, measured ? { measured } : { problem });
    });
    await finishDrift(control, { driftId, measuredAt: found.measuredAt, rows: changedFirst(rows) });
    return { waits: false };
  };

  /** @returns a sentence when the object can't be measured as it was certified */
  const readingOf = async (
    pools: Editions,
    catalog: Catalog,
    certified: MeasuredObject,
    scope: RecordScope,
  ): Promise<ObjectReading | string> => {
    const object = findObject(catalog, certified.object);
    if (!object) return 'the catalog no longer has it';
    try {
      return await prepareReading(pools, catalog, {
        object,
        scope,
        columns: certified.columns.map(({ name }) => name),
      });
    } catch (error) {
      if (error instanceof DatabaseError && error.errorClass === 'configuration') return error.message;
      throw error;
    }
  };

  return {
    /**
     * Measures and signs, or compares when a comparison is named. Safe to repeat: what has ended is
     * left as it is. `waits`: a run is under way, look again.
     */
    measureCertification: activity(
      async (tools, { certificationId, driftId }: CertificationWork): Promise<{ waits: boolean }> => {
        const head = await loadCertification(control, certificationId);
        return driftId === undefined ? certify(head, tools) : compare(head, driftId, tools);
      },
    ),

    /** It came to nothing; why is for people to read. */
    endCertification: shortActivity(
      ({ certificationId, driftId, message }: CertificationWork & { message: string }): Promise<void> =>
        driftId === undefined
          ? failCertification(control, certificationId, message)
          : failDrift(control, driftId, message),
    ),
  };
}

const recordsOf = (objects: readonly MeasuredObject[]): number =>
  objects.flatMap(({ counts }) => counts).reduce((sum, { records }) => sum + records, 0);

/** Whom the alert names as the certifier: the district, or its state where that is known. */
function alertName({ certifiedBy, name }: Certification, district: DistrictConfig): string {
  const who =
    certifiedBy === 'district'
      ? district.name
      : district.state === undefined
        ? 'The State'
        : `The State of ${district.state}`;
  return `${who} published a Data Certification Event: ${name}`;
}
