import type { VerificationHead } from '../api/answers';
import { type Glyph, Status } from '../parts/status';

/** What a comparison came to, in a word. Differences that may be are none. */
export function VerificationStatusMark({ verification }: { verification: VerificationHead }) {
  const { glyph, word } = markOf(verification);
  return <Status glyph={glyph}>{word}</Status>;
}

function markOf({ status, equal, resyncNecessary }: VerificationHead): { glyph: Glyph; word: string } {
  switch (status) {
    case 'accepted':
    case 'waiting':
      return { glyph: 'waiting', word: 'Waiting' };
    case 'running':
      return { glyph: 'gray', word: 'Comparing' };
    case 'failed':
      return { glyph: 'red', word: 'Failed' };
    case 'cancelled':
      return { glyph: 'none', word: 'Cancelled' };
    case 'finished':
      if (equal) return { glyph: 'green', word: 'Equal' };
      if (resyncNecessary) return { glyph: 'yellow', word: 'A resync is necessary' };
      return { glyph: 'yellow', word: 'Differs, but no resync mends it' };
  }
}
