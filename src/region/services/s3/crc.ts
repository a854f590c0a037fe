import { crc32 } from "node:zlib";

/**
 * The cyclic redundancy checks of S3: CRC-32 (which Node.js has), CRC-32C and CRC-64/NVME. All of them reflected, with all bits set before
 * and inverted after; values are of what was seen so far. https://reveng.sourceforge.io/crc-catalogue/
 */
export interface Crc {
  update(bytes: Uint8Array): void;
  value(): bigint;
}

interface Kind {
  readonly bits: 32 | 64;
  /** Reflected: the coefficient of x^0 is the highest bit. */
  readonly polynomial: bigint;
}

export const crcKinds = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const satisfies Record<string, Kind>;

export type CrcName = keyof typeof crcKinds;

export function newCrc(name: CrcName): Crc {
  if (name === "CRC32") {
    let value = 0;
    return { update: (bytes) => (value = crc32(bytes, value)), value: () => BigInt(value) };
  }
  return name === "CRC32C" ? narrow() : wide();
}

let narrowTable: Uint32Array | undefined;

function narrow(): Crc {
  narrowTable ??= Uint32Array.from(tableOf(crcKinds.CRC32C), Number);
  const table = narrowTable;
  let crc = 0xffffffff;
  return {
    update(bytes) {
      let now = crc;
      for (let index = 0; index < bytes.length; index++) now = (now >>> 8) ^ table[(now ^ bytes[index]!) & 0xff]!;
      crc = now;
    },
    value: () => BigInt((crc ^ 0xffffffff) >>> 0),
  };
}

let wideTable: { readonly low: Int32Array; readonly high: Int32Array } | undefined;

/** In two halves: a BigInt for each byte would take a hundred times as long. */
function wide(): Crc {
  wideTable ??= {
    low: Int32Array.from(tableOf(crcKinds.CRC64NVME), (value) => Number(BigInt.asIntN(32, value))),
    high: Int32Array.from(tableOf(crcKinds.CRC64NVME), (value) => Number(BigInt.asIntN(32, value >> 32n))),
  };
  const { low: lows, high: highs } = wideTable;
  let low = -1;
  let high = -1;
  return {
    update(bytes) {
      let [l, h] = [low, high];
      for (let index = 0; index < bytes.length; index++) {
        const at = (l ^ bytes[index]!) & 0xff;
        l = ((l >>> 8) | (h << 24)) ^ lows[at]!;
        h = (h >>> 8) ^ highs[at]!;
      }
      [low, high] = [l, h];
    },
    value: () => (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0),
  };
}

function tableOf({ polynomial }: Kind): readonly bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
}

/** The check of two texts one after the other, from theirs: the first is moved along by as many bytes as the second has. */
export function joined(name: CrcName, first: bigint, second: bigint, secondLength: number): bigint {
  const kind = crcKinds[name];
  return product(kind, first, powerOf(kind, secondLength)) ^ second;
}

/** x^(8·bytes) modulo the polynomial, reflected. */
function powerOf(kind: Kind, bytes: number): bigint {
  const top = 1n << BigInt(kind.bits - 1);
  let result = top; // x^0
  let square = top >> 8n; // x^8
  for (let left = BigInt(bytes); left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = product(kind, result, square);
    square = product(kind, square, square);
  }
  return result;
}

/** The product of two polynomials modulo the kind's, all reflected. */
function product({ bits, polynomial }: Kind, a: bigint, b: bigint): bigint {
  let result = 0n;
  let factor = b;
  for (let mask = 1n << BigInt(bits - 1); mask > 0n; mask >>= 1n) {
    if ((a & mask) !== 0n) result ^= factor;
    factor = (factor & 1n) === 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return result;
}

/** Base64 of the value, the highest byte first. */
export const crcText = (name: CrcName, value: bigint): string =>
  Buffer.from(value.toString(16).padStart(crcKinds[name].bits / 4, "0"), "hex").toString("base64");

export const crcOfText = (text: string): bigint => BigInt(`0x${Buffer.from(text, "base64").toString("hex") || "0"}`);
