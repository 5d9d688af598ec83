/** Which database servers the local stack can run, and what is known of each one's programs. */
import { StackError } from './stack-error';

/**
 * `mariadb`: the one this machine has or its package manager installs. The others are unpacked into
 * the user's cache folder, without being installed.
 */
export const serverKinds = ['mariadb', 'mariadb-11.8', 'mysql'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** The servers of the two editions; the control database is on the state's. */
export interface ServerKinds {
  readonly district: ServerKind;
  readonly state: ServerKind;
}

export type Vendor = 'mariadb' | 'mysql';

/** A program to run to its end. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  /** What it reads from its standard input. */
  readonly input?: string;
}

export interface ServerPrograms {
  readonly vendor: Vendor;
  /** The server, with the arguments that come before all others. */
  readonly server: Invocation;
  /** Makes an empty data directory; `options` are the server's own that must be known by then. */
  initialize(folders: { data: string; temporary: string }, options: readonly string[]): Invocation;
}

/**
 * Reads `mysql`, or `mysql:mariadb` for a district and a state of different kinds.
 * @throws StackError naming the kinds there are
 */
export function parseServerKinds(text: string): ServerKinds {
  const [district, state = district, ...more] = text.split(':');
  if (isServerKind(district) && isServerKind(state) && more.length === 0) return { district, state };
  throw new StackError(
    `"${text}" is no database server of the local stack. It is one of ${serverKinds.join(', ')}, or two with a colon between them: the district's and the state's.`,
  );
}

function isServerKind(text: string | undefined): text is ServerKind {
  return serverKinds.some((kind) => kind === text);
}
