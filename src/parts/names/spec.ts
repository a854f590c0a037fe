/** The names a resolver answers. One dnsmasq per VPC (at base+2 and 169.254.169.253) and one in the internet. */
export interface ResolverSpec {
  /** `vpc-…` or `internet`. */
  readonly owner: string;
  readonly names: readonly NameSpec[];
}

export interface NameSpec {
  /** Fully qualified, without the final dot; a leading `*.` answers every name below. */
  readonly name: string;
  /** IPv4 addresses, all answered, in rotation. An empty list means the name exists no more. */
  readonly addresses: readonly string[];
}
