import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** What the region writes into its state folder when it is healthy. */
const regionFile = z.object({
  pid: z.number(),
  port: z.number(),
  endpoint: z.string(),
  regionName: z.string(),
  accountId: z.string(),
  startedAt: z.union([z.number(), z.string()]),
});
export type RegionFile = z.infer<typeof regionFile>;

const credentialsFile = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
export type Credentials = z.infer<typeof credentialsFile>;

/** Undefined when there is none; it may be that of a region that was killed. */
export const readRegionFile = (state: string): RegionFile | undefined => read(join(state, "region.json"), regionFile);

export const readCredentials = (state: string): Credentials | undefined => read(join(state, "credentials.json"), credentialsFile);

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}
