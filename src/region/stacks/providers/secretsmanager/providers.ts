import type { ResourceProvider } from "../../provider.js";
import { secretTargetAttachment } from "./attachment.js";
import { resourcePolicy, secret } from "./secrets.js";

export const secretsmanagerProviders: readonly ResourceProvider[] = [secret, resourcePolicy, secretTargetAttachment];
