/** A machine: one Linux host booted by systemd from a machine image, in the namespace of its network interface. */
export interface MachineSpec {
  /** `i-…`. */
  readonly instanceId: string;
  /** Folder name of the image below the images folder, as `ensureImage` of parts/images gives it. */
  readonly image: string;
  /** Name of the network namespace it lives in (made by the fabric before). */
  readonly namespace: string;
  /** e.g. `ip-10-0-2-15`; with `.eu-west-3.compute.internal` it makes the private DNS name. */
  readonly hostname: string;
  readonly domain: string;
  /** Whom it asks for names, in this order, e.g. the VPC's `10.0.0.2`; empty: nobody. */
  readonly resolvers: readonly string[];
  /** The domain in which it looks for short names; unset: none. */
  readonly search?: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** A certificate authority that it trusts beside the image's own: PEM, and OpenSSL's file name for it. */
  readonly trusts?: { readonly certificate: string; readonly hashed: string };
  /** The http proxy through which its apt reaches the mirrors, e.g. `http://198.19.0.88:3128`. */
  readonly packageProxy?: string;
  /** Who gets the key pair's public key. Default `ec2-user` (Amazon Linux); Debian's images have `admin`. */
  readonly defaultUser?: "ec2-user" | "admin";
}

/** What the kernel and the machine's own files say of it. */
export type MachineState =
  | { readonly state: "running"; readonly pid: number }
  /**
   * `exit`: 130 powered off, anything else was killed (137) or never got up. Undefined when never started, or when all of
   * it ended with the host. A machine that reboots itself stays `running`.
   */
  | { readonly state: "stopped"; readonly exit?: number };

/** What the metadata service (IMDSv2) tells a machine. Paths below /latest, leaf values as text. */
export interface MetadataSpec {
  readonly instanceId: string;
  /** `required`: a request without a session token is answered 401. */
  readonly httpTokens: "optional" | "required";
  /**
   * e.g. `{"meta-data/instance-id": "i-…", "user-data": "…", "dynamic/instance-identity/document": "…"}`; a function is
   * asked at each request (role credentials). Directory listings are made from the paths.
   */
  readonly leaves: ReadonlyMap<string, MetadataLeaf>;
}

/** Bytes for user data that is not text (compressed, say). */
export type MetadataLeaf = string | Uint8Array | (() => string);
