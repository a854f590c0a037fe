/**
 * A number for a pair of numbers, for memories of very many: nothing but three arrays, where a `Map` would keep an object for each key
 * that is too large for a small integer. All numbers are from 0 to 2^32 - 2.
 */
export class Pairs {
  private first = new Uint32Array(256);
  private second = new Uint32Array(256);
  /** One more than the number; 0 where there is none. */
  private values = new Uint32Array(256);
  private count = 0;

  get(a: number, b: number): number | undefined {
    const value = this.values[this.slotOf(a, b)] ?? 0;
    return value === 0 ? undefined : value - 1;
  }

  set(a: number, b: number, value: number): void {
    const slot = this.slotOf(a, b);
    if (this.values[slot] === 0) this.count += 1;
    this.first[slot] = a;
    this.second[slot] = b;
    this.values[slot] = value + 1;
    if (this.count * 2 > this.values.length) this.grow();
  }

  /** Where the pair is, or would be: the next free place after the one that it falls to. */
  private slotOf(a: number, b: number): number {
    const mask = this.values.length - 1;
    let slot = (Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b) >>> 7) & mask;
    while (this.values[slot] !== 0 && (this.first[slot] !== a || this.second[slot] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { first, second, values } = this;
    this.first = new Uint32Array(values.length * 2);
    this.second = new Uint32Array(values.length * 2);
    this.values = new Uint32Array(values.length * 2);
    this.count = 0;
    for (const [at, value] of values.entries()) if (value !== 0) this.set(first[at] ?? 0, second[at] ?? 0, value - 1);
  }
}
