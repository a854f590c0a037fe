import type { EngineParameter } from "../../parts/databases/catalogue.js";

/**
 * Upkeep makes the machine match the records (level-driven: a keeper reads the records, renders the whole wish of one
 * owner and hands it to the part; one queue per owner, so a newer wish replaces a waiting older one).
 */
export interface Upkeep {
  /**
   * Resolves when the kernel has the network of this VPC as the records now say. Rejects when it could not be done; it is then tried
   * again without being asked.
   */
  network(vpcId: string): Promise<void>;
  /**
   * Resolves when nothing that `network` was asked for is outstanding; rejects where it still cannot be done. For a request that finds
   * that there is nothing to change: what it asks for may be in the records and not yet in the kernel.
   */
  networks(): Promise<void>;
  /**
   * Resolves when the resolvers of this VPC and of the internet have been told the names as the records now say, or could not be; that is
   * tried again then without being asked.
   */
  names(vpcId: string): Promise<void>;
  /** Ask for an asynchronous owner to be looked at again. Returns at once; the keeper commits what it observed. */
  nudge(kind: OwnerKind, id: string): void;
  /** The settings that a database program of the engine image has; waits for the image where it has to be built. */
  engineParameters(program: "postgres" | "mariadb"): Promise<readonly EngineParameter[]>;
}

export type OwnerKind = "instance" | "database" | "dbcluster" | "backup" | "balancer" | "names";

/** Of the kind `names`: the internet's own, beside those of VPCs. */
export const internetOwner = "internet";
