import type { ResourceProvider } from "../../provider.js";
import { listener, loadBalancer, targetGroup } from "./balancers.js";

export const elbv2Providers: readonly ResourceProvider[] = [loadBalancer, targetGroup, listener];
