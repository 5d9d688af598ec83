import type { Reader } from '../alerts/read';

/**
 * Posts of one owner that a worker has under way at most: a quarter of its twenty. An endpoint
 * that never answers holds its place for ten seconds, and an owner may have twenty of them.
 */
const mostOfOneOwner = 5;

/** The posts that a worker has under way: no owner's endpoints take the places of all others. */
export class PostsUnderWay {
  private readonly ofOwner = new Map<string, number>();

  /**
   * Makes a post if its owner has a place for it.
   * @returns whether it was made: otherwise its owner has as many under way as one may have
   */
  async add(owner: Reader, post: () => Promise<void>): Promise<boolean> {
    const key = ownerKey(owner);
    const before = this.ofOwner.get(key) ?? 0;
    if (before >= mostOfOneOwner) return false;
    this.ofOwner.set(key, before + 1);
    try {
      await post();
      return true;
    } finally {
      const left = this.ofOwner.get(key)! - 1;
      if (left === 0) this.ofOwner.delete(key);
      else this.ofOwner.set(key, left);
    }
  }
}

/** All principals of the same districts are one: a district can make as many as it likes. */
const ownerKey = ({ level, districts, principalId }: Reader): string =>
  level === 'district' && districts !== null ? `district ${[...districts].sort().join()}` : principalId;
