import type { LogFile } from "../../../parts/databases/spec.js";
import type { DBInstance } from "./records.js";

/** What the server of a DB instance writes for people. */
export interface DBServerLogs {
  list(db: DBInstance): readonly LogFile[];
  /** At most `bytes` of a file from this byte on; undefined when there is none of the name. */
  read(db: DBInstance, name: string, from: number, bytes: number): Buffer | undefined;
}
