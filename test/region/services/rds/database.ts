import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { run } from "../../../support/records.js";
import { network } from "../network.js";

/** A DB instance `app` as its keeper leaves it when it is available, with these changes. */
export async function database(call: Call, changes: Partial<DBInstance> = {}): Promise<DBInstance> {
  const { subnets } = await network(call, { gateway: false });
  await run(rdsOperations, "CreateDBSubnetGroup", call, {
    DBSubnetGroupName: "data",
    DBSubnetGroupDescription: "two zones",
    SubnetIds: [...subnets],
  });
  await run(rdsOperations, "CreateDBInstance", call, {
    DBInstanceIdentifier: "app",
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    MasterUsername: "flask",
    MasterUserPassword: "correct-horse",
    AllocatedStorage: 20,
    DBSubnetGroupName: "data",
  });
  const { masterPassword: _told, ...made } = call.records.get(DBInstances, "app")!;
  const db: DBInstance = { ...made, status: "available", born: true, ...changes };
  call.commit(put(DBInstances, "app", db));
  return db;
}
