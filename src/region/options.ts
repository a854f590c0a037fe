import { parseArgs } from "node:util";
// As a namespace: what is not used of it then stays out of the region's bundle.
import * as z from "zod";
import { UserFault } from "../faults.js";
import type { Folders } from "../parts/host/folders.js";

/** What the region's process is started with. */
export interface RegionOptions {
  readonly folders: Folders;
  /** 0: any free port. */
  readonly port: number;
  readonly regionName: string;
  /** Longest time a Describe is held, in milliseconds; 0: never. */
  readonly hold: number;
  /** So often the log of databases goes to their backups, in milliseconds. */
  readonly shipLog: number;
  /** To whom the socket and the credentials belong, and as whom commands in the internet run. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

const shape = z.object({
  state: z.string().min(1),
  images: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65535),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "is not the name of an AWS region, such as eu-west-3"),
  hold: z.coerce.number().min(0).max(20),
  "ship-log": z.coerce.number().int().min(1).max(300),
  owner: z.string().regex(/^\d+:\d+$/, "must be UID:GID"),
});

/** `--state DIR --images DIR --port N --region NAME --hold SECONDS --ship-log SECONDS --owner UID:GID`. Throws `UserFault`. */
export function readOptions(argv: readonly string[]): RegionOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { state: text, images: text, port: text, region: text, hold: text, "ship-log": text, owner: text },
  });
  const read = shape.safeParse(values);
  if (!read.success) {
    const [problem] = read.error.issues;
    throw new UserFault("BadOption", {
      at: `--${problem?.path.join(".")}`,
      message: `--${problem?.path.join(".")}: ${problem?.message}`,
      fix: "see `sandtable region start --help`",
    });
  }
  const [uid = 0, gid = 0] = read.data.owner.split(":").map(Number);
  return {
    folders: { state: read.data.state, images: read.data.images },
    port: read.data.port,
    regionName: read.data.region,
    hold: read.data.hold * 1000,
    shipLog: read.data["ship-log"] * 1000,
    owner: { uid, gid },
  };
}
