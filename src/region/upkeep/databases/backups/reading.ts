import type { Records } from "../../../records/records.js";
import { DBClusters, DBInstances, type DBInstanceOrigin } from "../../../services/rds/records.js";

export type BackupOrigin = Extract<DBInstanceOrigin, { kind: "backup" }>;

/** What DB instances that are being made still read; until then it is not deleted, though its snapshot may be. Pure. */
export const restoring = (records: Records): readonly BackupOrigin[] =>
  records
    .list(DBInstances)
    .flatMap(({ origin, born, wish, status }) =>
      origin.kind === "backup" && !born && wish !== "deleted" && status !== "failed" ? [origin] : [],
    );

/** What the next first members of DB clusters will be made from, however long that takes. Pure. */
export const volumes = (records: Records): readonly BackupOrigin[] =>
  records.list(DBClusters).flatMap(({ volume }) => (volume === undefined ? [] : [volume.backup]));
