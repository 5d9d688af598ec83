import { wellFormed } from '../domain/seen-text';
import { unusable } from './problem';

/**
 * JSON can hold half of a character ("\ud800"), which no database keeps.
 * @throws Problem 422 that names the place in the body
 */
export function refuseHalfCharacters(body: unknown, pointer = '#'): void {
  if (typeof body === 'string' && !wellFormed(body)) throw half(pointer);
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (!wellFormed(name)) throw half(pointer);
    refuseHalfCharacters(value, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const half = (pointer: string) => unusable(`${pointer}: has half of a character, which is none`, { pointer });
