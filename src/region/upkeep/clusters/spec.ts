import type { Reader, ServerSpec } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import type { DBCluster, DBInstance } from "../../services/rds/records.js";
import { readerSpec, writerSpec, type ServerCircumstances } from "../databases/spec.js";

/** The member that takes the writes. Its commits wait for one of those readers that are joining or have everything. */
export const memberWriterSpec = (cluster: DBCluster, writer: DBInstance, around: ServerCircumstances): ServerSpec => ({
  ...writerSpec(writer, around),
  keepsLog: keepsLog(cluster),
  replication: {
    role: "writer",
    acknowledges: Object.entries(cluster.copies)
      .filter(([server, state]) => state !== "building" && server !== writer.server.id)
      .map(([server]) => server),
  },
});

export const memberReaderSpec = (
  scope: Scope,
  cluster: DBCluster,
  reader: DBInstance,
  writer: DBInstance,
  around: ServerCircumstances,
): ServerSpec & { readonly replication: Reader } => ({
  ...readerSpec(scope, reader, reader.server, writer, around),
  keepsLog: keepsLog(cluster),
});

/** Backups are the cluster's, whose members say nothing of them. */
const keepsLog = ({ backupRetentionPeriod }: DBCluster): boolean => backupRetentionPeriod > 0;
