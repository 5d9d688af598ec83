/** Numbers that look random and are the same for the same seed, on every machine. */
export class Random {
  private state: number;

  /**
   * @param seed any text; each table takes its own, so that no table's values depend on another
   * table's length
   */
  constructor(seed: string) {
    // FNV-1a: spreads seeds that differ in one character.
    let hash = 0x811c9dc5;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    this.state = hash >>> 0;
  }

  /** At least 0, below 1 (mulberry32, public domain). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both possible. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True in `share` of the cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  /** `value`, or NULL in `share` of the cases. */
  orNull<T>(share: number, value: T): T | null {
    return this.next() < share ? null : value;
  }

  /** A decimal as text, so that no binary fraction gets into a DECIMAL column. */
  decimal(low: number, high: number, digits: number): string {
    const scale = 10 ** digits;
    return (this.int(low * scale, high * scale) / scale).toFixed(digits);
  }

  bytes(length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) buffer[i] = this.int(0, 255);
    return buffer;
  }
}
