import type { ResourceProvider } from "../../provider.js";
import { dbCluster } from "./cluster.js";
import { dbInstance, dbSubnetGroup } from "./database.js";

export const rdsProviders: readonly ResourceProvider[] = [dbSubnetGroup, dbCluster, dbInstance];
