/**
 * Upkeep makes the machine match the records (level-driven: it reads the records, renders the whole wish of one owner and
 * hands it to the part; one queue per owner, so a newer wish replaces a waiting older one).
 */
export interface Upkeep {
  /** Resolves when the kernel has the network of this VPC as the records now say; rejects when it could not be done. */
  network(vpcId: string): Promise<void>;
  /** Ask for an asynchronous owner to be looked at again: `instance:i-…`, `database:…`, `balancer:…`. Returns at once. */
  nudge(owner: string): void;
}
