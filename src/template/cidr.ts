import ipaddr from "ipaddr.js";

/**
 * Fn::Cidr: `count` blocks of `2 ** cidrBits` addresses, from the start of `block`.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
 * Throws an `Error` that says why when they do not fit.
 */
export function splitBlock(block: string, count: number, cidrBits: number): readonly string[] {
  let parsed: ReturnType<typeof ipaddr.parseCIDR>;
  try {
    parsed = ipaddr.parseCIDR(block);
  } catch {
    throw new Error(`Template error: Fn::Cidr needs a CIDR block such as 10.0.0.0/16, not ${block}`);
  }
  const [address, prefix] = parsed;
  const width = address.kind() === "ipv4" ? 32 : 128;
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new Error(`Template error: Fn::Cidr gives 1 to 256 blocks, not ${count}`);
  if (!Number.isInteger(cidrBits) || cidrBits < 1 || cidrBits > width)
    throw new Error(`Template error: Fn::Cidr cidrBits must be 1 to ${width}, not ${cidrBits}`);
  const size = 1n << BigInt(cidrBits);
  if (size * BigInt(count) > 1n << BigInt(width - prefix))
    throw new Error(
      `Template error: Fn::Cidr: ${block} has no room for ${count} blocks of ${cidrBits} bits (/${width - cidrBits} each)`,
    );
  const whole = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const start = (whole >> BigInt(width - prefix)) << BigInt(width - prefix);
  return Array.from({ length: count }, (_, index) => `${textOf(start + size * BigInt(index), width)}/${width - cidrBits}`);
}

function textOf(address: bigint, width: number): string {
  const bytes = Array.from({ length: width / 8 }, (_, index) => Number((address >> BigInt(width - 8 * (index + 1))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}
