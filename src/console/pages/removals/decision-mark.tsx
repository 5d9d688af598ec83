import type { RemovalDecision } from '../../../domain/removals';
import { type Glyph, Status } from '../../parts/status';

const marks: Record<RemovalDecision, { readonly glyph: Glyph; readonly word: string }> = {
  below: { glyph: 'green', word: 'Removed without asking' },
  awaiting: { glyph: 'waiting', word: 'Awaits approval' },
  approved: { glyph: 'green', word: 'Approved' },
  rejected: { glyph: 'none', word: 'Rejected' },
  expired: { glyph: 'none', word: 'Nobody decided in time' },
  refused: { glyph: 'red', word: 'Not removed' },
};

/** What was decided about an object's removals. */
export function DecisionMark({ decision }: { decision: RemovalDecision }) {
  const { glyph, word } = marks[decision];
  return <Status glyph={glyph}>{word}</Status>;
}
