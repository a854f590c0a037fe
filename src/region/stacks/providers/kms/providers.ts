import type { ResourceProvider } from "../../provider.js";
import { alias, key } from "./keys.js";

export const kmsProviders: readonly ResourceProvider[] = [key, alias];
