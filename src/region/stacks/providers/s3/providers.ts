import type { ResourceProvider } from "../../provider.js";
import { bucket } from "./bucket.js";
import { bucketPolicy } from "./bucketpolicy.js";

export const s3Providers: readonly ResourceProvider[] = [bucket, bucketPolicy];
