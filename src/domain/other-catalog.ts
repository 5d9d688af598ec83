/** So much of a catalog's hash tells catalogs of one deployment apart. */
const shownDigits = 12;

/** Why a worker leaves a run untouched, and what a person does about it. */
export function otherCatalogText({
  resyncId,
  catalogHash,
  workerHash,
}: {
  readonly resyncId: string;
  readonly catalogHash: string;
  readonly workerHash: string;
}): string {
  const [own, others] = [catalogHash, workerHash].map((hash) => hash.slice(0, shownDigits));
  return `Resync ${resyncId} was accepted with catalog ${own}, and a worker that has catalog ${others} left it untouched: it waits for a worker with its own catalog. Give every API and worker the same catalog and restart those that have another, or cancel the resync and send it again.`;
}
