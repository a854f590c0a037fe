import type { Reader, ServerSpec } from "../../../parts/databases/spec.js";
import { namespaceName, type RegionLabel } from "../../../parts/host/label.js";
import type { Scope } from "../../operations/call.js";
import { NetworkInterfaces } from "../../services/ec2/records.js";
import { dbInstanceClass } from "../../services/rds/classes.js";
import type { DBInstance, DBServer } from "../../services/rds/records.js";
import { notLess } from "./floors.js";

export interface ServerCircumstances {
  readonly label: RegionLabel;
  readonly certificate: ServerSpec["certificate"];
}

/** The server that takes the writes of a DB instance. Pure. */
export function writerSpec(db: DBInstance, around: ServerCircumstances): ServerSpec {
  const { standby } = db;
  const acknowledges = standby === undefined || standby.state === "building" ? [] : [standby.id];
  return { ...serverSpec(db, db.server, around), replication: { role: "writer", acknowledges } };
}

/** One that copies the server of `source`. */
export function readerSpec(
  scope: Scope,
  db: DBInstance,
  server: DBServer,
  source: Pick<DBInstance, "server" | "port">,
  around: ServerCircumstances,
): ServerSpec & { readonly replication: Reader } {
  const address = scope.records.get(NetworkInterfaces, source.server.interfaceId)?.privateIp;
  if (address === undefined)
    throw new Error(`the server that ${server.id} copies has no interface (${source.server.interfaceId})`);
  const own = serverSpec(db, server, around);
  return {
    ...own,
    parameters: notLess(own.parameters, source.server.parameters ?? {}),
    replication: { role: "reader", from: { id: source.server.id, address, port: source.port } },
  };
}

const serverSpec = (
  db: DBInstance,
  server: DBServer,
  { label, certificate }: ServerCircumstances,
): Omit<ServerSpec, "replication"> => {
  const parameters = server.parameters ?? db.server.parameters ?? {};
  return {
    id: server.id,
    namespace: namespaceName(label, "eni", server.interfaceId),
    port: db.port,
    ...dbInstanceClass(db.instanceClass),
    storageGiB: db.settings.allocatedStorage,
    parameters,
    requiresTls: requiresTls(db, parameters),
    certificate,
    replicationPassword: db.replicationPassword,
    keepsLog: db.settings.backupRetentionPeriod > 0,
  };
};

/** PostgreSQL 15 and later have `rds.force_ssl` = 1 by default; the others let clients choose. */
const requiresTls = (db: DBInstance, parameters: ServerSpec["parameters"]): boolean =>
  db.engine.endsWith("postgres") || db.engine.endsWith("postgresql")
    ? parameters["rds.force_ssl"] !== "0"
    : ["1", "ON"].includes((parameters["require_secure_transport"] ?? "").toUpperCase());
