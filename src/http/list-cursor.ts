import { createHash } from 'node:crypto';
import { CursorError } from '../control/page';

/**
 * Cursors as callers have them: those of another list, of another district's, or of another order
 * have another mark and aren't taken. They would begin somewhere, and nobody would see what was
 * left out.
 */
export class ListCursor {
  private readonly mark: string;

  /** @param list its operation; `params`: whose it is, of which a key may be written in two ways */
  constructor(list: string, { key: _, ...params }: Readonly<Record<string, unknown>>) {
    const named = JSON.stringify([list, Object.entries(params).toSorted()]);
    this.mark = createHash('sha256').update(named).digest('base64url').slice(0, 6);
  }

  /** @throws CursorError */
  taken<Query extends Readonly<Record<string, unknown>>>(query: Query): Query {
    const { cursor } = query;
    if (typeof cursor !== 'string') return query;
    if (!cursor.startsWith(this.mark)) throw new CursorError();
    return { ...query, cursor: cursor.slice(this.mark.length) };
  }

  given(answer: unknown): unknown {
    if (typeof answer !== 'object' || answer === null || !('nextCursor' in answer)) return answer;
    if (typeof answer.nextCursor !== 'string') return answer;
    return { ...answer, nextCursor: this.mark + answer.nextCursor };
  }
}
