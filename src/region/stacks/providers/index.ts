import type { ResourceProvider } from "../provider.js";
import { ec2Providers } from "./ec2/providers.js";
import { iamProviders } from "./iam/providers.js";
import { metadata } from "./metadata.js";

/** Every resource type that is modelled. A new one is added here. */
export const resourceProviders: readonly ResourceProvider[] = [metadata, ...ec2Providers, ...iamProviders];
