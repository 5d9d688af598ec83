/** So much of a catalog's hash tells catalogs of one deployment apart. */
const shownDigits = 12;

/** What was accepted with a catalog: a resync, or a verification of its own. */
export const guardedKinds = ['resync', 'verification'] as const;
export type GuardedKind = (typeof guardedKinds)[number];

const again: Readonly<Record<GuardedKind, string>> = {
  resync: 'cancel the resync and send it again',
  verification: 'cancel the verification and start it again',
};

/** Why a worker leaves it untouched, and what a person does about it. */
export function otherCatalogText({
  kind,
  id,
  catalogHash,
  workerHash,
}: {
  readonly kind: GuardedKind;
  readonly id: string;
  readonly catalogHash: string;
  readonly workerHash: string;
}): string {
  const [own, others] = [catalogHash, workerHash].map((hash) => hash.slice(0, shownDigits));
  const what = `${kind[0]!.toUpperCase()}${kind.slice(1)} ${id}`;
  return `${what} was accepted with catalog ${own}, and a worker that has catalog ${others} left it untouched: it waits for a worker with its own catalog. Give every API and worker the same catalog and restart those that have another, or ${again[kind]}.`;
}
