import type { ResourceProvider } from "../../provider.js";
import { dbInstance, dbSubnetGroup } from "./database.js";

export const rdsProviders: readonly ResourceProvider[] = [dbSubnetGroup, dbInstance];
