import type { Records } from "../../../records/records.js";
import { DBInstances, type DBInstanceOrigin } from "../../../services/rds/records.js";

type BackupOrigin = Extract<DBInstanceOrigin, { kind: "backup" }>;

/** What DB instances that are being made still read; until then it is not deleted, though its snapshot may be. Pure. */
export const restoring = (records: Records): readonly BackupOrigin[] =>
  records
    .list(DBInstances)
    .flatMap(({ origin, born, wish, status }) =>
      origin.kind === "backup" && !born && wish !== "deleted" && status !== "failed" ? [origin] : [],
    );
