/**
 * Database servers that are used without being installed: fetched from Debian's archive with apt's
 * own checks of signatures, and unpacked into the user's cache folder with the C library they were
 * built for. The machine's own packages stay as they are.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder';
import { findProgram, runLogged, type Progress } from './commands';
import { asUser } from './data-directory';
import { logTail } from './log-tail';
import type { Invocation, ServerKind, ServerPrograms, Vendor } from './server-kind';
import { StackError } from './stack-error';

type UnpackedKind = Exclude<ServerKind, 'mariadb'>;

interface Recipe {
  readonly vendor: Vendor;
  /** What people call it. */
  readonly label: string;
  /** Release of Debian whose archive has it. */
  readonly suite: string;
  readonly packages: readonly string[];
  readonly program: string;
  /** Its own messages and the statements that make its system tables. */
  readonly share: string;
  /** What its `--version` must say: an archive moves on. */
  readonly version: RegExp;
}

const recipes: Readonly<Record<UnpackedKind, Recipe>> = {
  mysql: {
    vendor: 'mysql',
    label: 'MySQL',
    suite: 'sid',
    packages: ['mysql-server-core', 'libc6'],
    program: 'usr/sbin/mysqld',
    share: 'usr/share/mysql',
    version: /Ver (?:9|\d\d)\.\d+\.\d+(?!.*MariaDB)/,
  },
  'mariadb-11.8': {
    vendor: 'mariadb',
    label: 'MariaDB 11.8',
    suite: 'trixie',
    packages: ['mariadb-server-core', 'libc6'],
    program: 'usr/sbin/mariadbd',
    share: 'usr/share/mariadb',
    version: /Ver 11\.8\.\d+-MariaDB/,
  },
};

/** Debian's folder of each processor, and the loader that starts a program with other libraries. */
const processors: Readonly<Record<string, { readonly folder: string; readonly loader: string }>> = {
  x64: { folder: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { folder: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

const archive = 'http://deb.debian.org/debian';
const keyring = 'usr/share/keyrings/debian-archive-keyring.gpg';
const fetchWithinMs = 10 * 60_000;

/**
 * The programs of a server in the cache folder; fetched and unpacked when they aren't there yet
 * (about 60 MB and 20 seconds, once for this machine).
 * @throws StackError that says why it can't be had here, and what to do instead
 */
export async function ensureUnpacked(
  kind: UnpackedKind,
  { logs, progress }: { logs: string; progress: Progress },
): Promise<ServerPrograms> {
  const recipe = recipes[kind];
  const folder = join(cacheFolder(), kind);
  if (!existsSync(join(folder, recipe.program))) {
    const processor = processorOf(recipe);
    mkdirSync(logs, { recursive: true });
    const logFile = join(logs, `unpack-${kind}.log`);
    progress(`${recipe.label} is not on this machine: unpacking Debian's into ${folder}.`);
    const half = `${folder}.making-${process.pid}`;
    try {
      await unpack(recipe, half, { logFile, progress });
      checkVersion(recipe, programsIn(half, recipe, processor).server);
      keep(half, folder);
    } finally {
      rmSync(half, { recursive: true, force: true });
    }
  }
  return programsIn(folder, recipe, processorOf(recipe));
}

function processorOf(recipe: Recipe): { folder: string; loader: string } {
  const processor = process.platform === 'linux' ? processors[process.arch] : undefined;
  if (processor !== undefined) return processor;
  throw cannot(
    recipe,
    `it runs on Linux on x64 or arm64, and this is ${process.platform} on ${process.arch}`,
  );
}

function cannot({ label }: Recipe, reason: string): StackError {
  return new StackError(
    `${label} can't be had here: ${reason}. Run a server of your own and name it by DISTRICT_DATABASE_URL, STATE_DATABASE_URL and CONTROL_DATABASE_URL, or leave out --server.`,
  );
}

/** Fetches the packages and what they need, and unpacks them into `<half>`. */
async function unpack(
  recipe: Recipe,
  half: string,
  { logFile, progress }: { logFile: string; progress: Progress },
): Promise<void> {
  const apt = findProgram(['apt-get']);
  const dpkg = findProgram(['dpkg-deb']);
  if (apt === null || dpkg === null)
    throw cannot(recipe, 'apt-get and dpkg-deb, which fetch and unpack it, are not on this machine');
  const work = join(half, 'apt');
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, name), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  const run = (command: string, args: readonly string[], label: string): Promise<boolean> =>
    runLogged(command, args, { logFile, label: `  ${label}`, progress, timeoutMs: fetchWithinMs, cwd: work });
  const key = await debianKey({ apt, dpkg, work, run });
  if (key === null) throw cannot(recipe, "the keys of Debian's archive are not on this machine");
  writeFileSync(
    join(work, 'sources.list'),
    `deb [signed-by=${key}] ${debianArchive()} ${recipe.suite} main\n`,
  );
  const options = [
    `Dir::Etc::SourceList=${join(work, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    `Dir::State::status=${join(work, 'status')}`,
    'Acquire::Languages=none',
    // Nothing of the machine's is written, so its lock and its sandbox user are not needed.
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  const fetched =
    (await run(apt, [...options, 'update'], 'reading the list of packages')) &&
    (await run(
      apt,
      [...options, 'install', '-y', '--no-install-recommends', '--download-only', ...recipe.packages],
      `fetching ${recipe.label}`,
    ));
  const archives = join(work, 'cache', 'archives');
  const packages = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  if (!fetched || packages.length === 0)
    throw cannot(recipe, `Debian's archive could not be read (${logFile}):\n${logTail(logFile, 4)}\n`);
  for (const name of packages) {
    if (!(await run(dpkg, ['-x', join(archives, name), half], `unpacking ${recipe.label}`)))
      throw cannot(recipe, `a package could not be unpacked (${logFile})`);
  }
  rmSync(work, { recursive: true, force: true });
}

/** The keys that Debian's archive is checked by; other systems have them as a package. */
async function debianKey({
  apt,
  dpkg,
  work,
  run,
}: {
  apt: string;
  dpkg: string;
  work: string;
  run: (command: string, args: readonly string[], label: string) => Promise<boolean>;
}): Promise<string | null> {
  if (existsSync(`/${keyring}`)) return `/${keyring}`;
  await run(apt, ['download', 'debian-archive-keyring'], "fetching the keys of Debian's archive");
  const file = readdirSync(work).find((name) => name.startsWith('debian-archive-keyring'));
  if (file === undefined || !(await run(dpkg, ['-x', join(work, file), work], 'unpacking them'))) return null;
  const unpacked = join(work, keyring);
  return existsSync(unpacked) ? unpacked : null;
}

/** The mirror this machine uses already, where it is a Debian. */
function debianArchive(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  for (const file of files) {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    for (const line of lines) {
      const found = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(?<uri>[a-z+]+:\/\/\S+\/debian)\/?(?:\s|$)/.exec(
        line,
      );
      if (found?.groups?.['uri'] !== undefined) return found.groups['uri'];
    }
  }
  return archive;
}

function checkVersion(recipe: Recipe, server: Invocation): void {
  let version: string;
  try {
    version = execFileSync(server.command, [...server.args, '--version'], { encoding: 'utf8' }).trim();
  } catch {
    throw cannot(recipe, "Debian's program does not start on this machine");
  }
  if (!recipe.version.test(version))
    throw cannot(recipe, `Debian's archive has another version now (${version})`);
}

/** Into its place in one step. Another process may have been faster: its copy is as good. */
function keep(half: string, folder: string): void {
  try {
    renameSync(half, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function programsIn(
  root: string,
  recipe: Recipe,
  processor: { folder: string; loader: string },
): ServerPrograms {
  const library = join(root, 'usr', 'lib', processor.folder);
  const libraries = [
    library,
    join(library, 'systemd'),
    join(root, 'usr', 'lib', 'mysql', 'private'),
    join(library, 'mysql', 'private'),
  ];
  const share = join(root, recipe.share);
  const server: Invocation = {
    command: join(library, processor.loader),
    args: [
      ...['--library-path', libraries.join(':'), join(root, recipe.program)],
      ...['--no-defaults', `--basedir=${join(root, 'usr')}`, `--lc-messages-dir=${share}`],
      `--plugin-dir=${join(root, 'usr', 'lib', 'mysql', 'plugin')}`,
    ],
  };
  return {
    vendor: recipe.vendor,
    server,
    initialize: ({ data, temporary }, options) => ({
      command: server.command,
      args: [
        ...server.args,
        recipe.vendor === 'mysql' ? '--initialize-insecure' : '--bootstrap',
        ...[`--datadir=${data}`, `--tmpdir=${temporary}`, ...options, ...asUser()],
      ],
      ...(recipe.vendor === 'mysql' ? {} : { input: systemTables(share) }),
    }),
  };
}

/** What MariaDB's own script sends to a server that bootstraps. */
function systemTables(share: string): string {
  const files = ['mariadb_system_tables', 'mariadb_performance_tables', 'mariadb_system_tables_data'];
  return [
    'CREATE DATABASE mysql;\nUSE mysql;\n',
    ...files.map((name) => readFileSync(join(share, `${name}.sql`), 'utf8')),
  ].join('\n');
}
