import type { Config, DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { versionOf } from '../../http/if-match';
import { notFound } from '../../http/problem';
import { sees } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import { type StoredAccount, yearAccountsOf } from './account';
import { type LineStatus, loadImport, readLines } from './import-store';
import { settingsOf } from './register';
import type { districtImport, registration, registrations } from './schemas';
import { readRegistered, type Registered } from './store';

type View = AnswerTo<typeof registration>;

/** All districts as they were registered or configured, the retired ones too, by number. */
export async function registrationsView(
  { control, config }: ApiContext,
  principal: Principal,
): Promise<AnswerTo<typeof registrations>> {
  const rows = new Map((await readRegistered(control)).map((row) => [row.settings.id, row]));
  const problems = new Map(config.districts.map(({ id, whyNoDatabase }) => [id, whyNoDatabase ?? null]));
  const ofConfiguration = config.districts
    .filter(({ id }) => !rows.has(id))
    .map((district) => viewOfConfiguration(district, config));
  const registered = [...rows.values()].map((row) => viewOf(row, problems.get(row.settings.id) ?? null));
  const items = [...ofConfiguration, ...registered].filter(({ id }) => sees(principal, id));
  return { items: items.sort((one, other) => one.number - other.number) };
}

/** One of them. @throws Problem 404 */
export async function registrationView(context: ApiContext, districtId: string): Promise<View> {
  const rows = await readRegistered(context.control);
  const row = rows.find(({ settings }) => settings.id === districtId);
  const district = context.config.districts.find(({ id }) => id === districtId);
  if (row !== undefined) return viewOf(row, district?.whyNoDatabase ?? null);
  if (district === undefined) throw notFound();
  return viewOfConfiguration(district, context.config);
}

function viewOf(
  { settings, account, changedBy, changedAt, retiredAt }: Registered,
  problem: string | null,
): View {
  const { kind, text } = account;
  return {
    ...settings,
    origin: 'registered',
    database: {
      ...{ kind, name: nameIn({ kind, text }), problem },
      byYear: yearAccountsOf(account).map(({ schoolYears = null, ...one }) => ({
        ...{ schoolYears: schoolYears === null ? null : [...schoolYears], kind: one.kind, name: nameIn(one) },
      })),
    },
    // The text of a sealed account is another with each change, and tells nothing.
    version: versionOf([settings, account, retiredAt]),
    ...{ changedBy, changedAt, retiredAt },
  };
}

/** Of a file or variable. */
function nameIn({ kind, text }: StoredAccount): string | null {
  return kind === 'file' || kind === 'variable' ? text : null;
}

function viewOfConfiguration(district: DistrictConfig, { timezone }: Config): View {
  const settings = settingsOf(district, timezone);
  return {
    ...settings,
    version: versionOf([settings]),
    origin: 'configuration',
    database: {
      ...{ kind: 'configuration', name: null, problem: null },
      byYear: (district.databases ?? []).map(({ schoolYears = null }) => ({
        ...{ schoolYears: schoolYears === null ? null : [...schoolYears] },
        ...{ kind: 'configuration' as const, name: null },
      })),
    },
    ...{ changedBy: null, changedAt: null, retiredAt: null },
  };
}

/** What came of an import, line by line. @throws NotFoundError */
export async function importView(
  { control }: ApiContext,
  importId: string,
): Promise<AnswerTo<typeof districtImport>> {
  const found = await loadImport(control, importId);
  const lines = await readLines(control, importId);
  const number = (status: LineStatus): number => lines.filter((line) => line.status === status).length;
  return {
    ...found,
    counts: {
      lines: lines.length,
      waiting: number('waiting'),
      registered: number('registered'),
      changed: number('changed'),
      unchanged: number('unchanged'),
      refused: number('refused'),
    },
    lines,
  };
}
