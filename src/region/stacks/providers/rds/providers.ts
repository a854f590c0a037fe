import type { ResourceProvider } from "../../provider.js";
import { dbCluster } from "./cluster.js";
import { dbInstance, dbSubnetGroup } from "./database.js";
import { dbClusterParameterGroup, dbParameterGroup } from "./parametergroups.js";

export const rdsProviders: readonly ResourceProvider[] = [
  dbSubnetGroup,
  dbParameterGroup,
  dbClusterParameterGroup,
  dbCluster,
  dbInstance,
];
