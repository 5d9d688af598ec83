import type { Color } from '../../../domain/outcome';
import { Status } from '../../parts/status';

const words: Record<Color, string> = {
  green: 'Green',
  yellow: 'Yellow',
  red: 'Red',
  gray: 'In progress',
};

/** How a resync went, by shape and word. */
export function ColorWord({ color }: { color: Color | null }) {
  return color === null ? <Status glyph="none">Never</Status> : <Status glyph={color}>{words[color]}</Status>;
}
