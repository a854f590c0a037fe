import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where things are kept. The state folder belongs to one region (records, credentials, socket, disks of machines);
 * images are shared between regions and outlive them.
 */
export interface Folders {
  readonly state: string;
  readonly images: string;
}

/** `SANDTABLE_STATE` and `SANDTABLE_IMAGES` override the XDG defaults. */
export function folders(env: NodeJS.ProcessEnv = process.env): Folders {
  const home = env.HOME ?? homedir();
  return {
    state: env.SANDTABLE_STATE ?? join(env.XDG_STATE_HOME ?? join(home, ".local/state"), "sandtable"),
    images: env.SANDTABLE_IMAGES ?? join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "sandtable/images"),
  };
}
