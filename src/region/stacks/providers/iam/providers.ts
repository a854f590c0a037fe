import type { ResourceProvider } from "../../provider.js";
import { instanceProfile, role } from "./roles.js";

export const iamProviders: readonly ResourceProvider[] = [role, instanceProfile];
