import { join } from "node:path";
import { enginePlace } from "../engine/program.js";
import type { ContainerPlace } from "../host/container.js";
import type { RegionLabel } from "../host/label.js";
import { diskFolder } from "./disk.js";

/** What the engines' parts are told of this region and this host. */
export interface EngineOptions {
  readonly label: RegionLabel;
  /** Holds one folder a server: its disk, its outbox, and what is kept of its container. */
  readonly folder: string;
  /** Root of the engine image. */
  readonly root: string;
  /** Where initialised templates are kept; shared between regions. */
  readonly templates: string;
}

/**
 * Where a server's things are on the host:
 *
 *     folder/disk.img      its disk, mounted at folder/disk
 *     folder/disk/data     the engine's data; there once it is whole
 *     folder/disk/log      what the engine writes for people
 *     folder/outbox        what goes out of it and comes into it beside its disk: backups, its log of changes
 */
export interface ServerPlace extends ContainerPlace {
  readonly disk: string;
  readonly data: string;
  readonly log: string;
  readonly outbox: string;
}

/** Where disk and outbox appear inside the container: places that Debian's base system has. */
export const inside = { disk: "/srv", data: "/srv/data", log: "/srv/log", outbox: "/mnt" } as const;

export function serverPlace({ label, folder }: Pick<EngineOptions, "label" | "folder">, id: string): ServerPlace {
  const own = join(folder, id);
  const disk = diskFolder(own);
  return {
    ...enginePlace(label, id, own),
    disk,
    data: join(disk, "data"),
    log: join(disk, "log"),
    outbox: join(own, "outbox"),
  };
}
