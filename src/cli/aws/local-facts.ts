import { z } from "zod";
import { ask } from "../control.js";

/** What only the local region can tell, over the control socket; shapes are checked where they come in. */

const published = z.object({
  name: z.string(),
  url: z.string(),
  port: z.number(),
  address: z.string(),
  loadBalancer: z.string(),
});
/** A public address of the model, published on this machine's loopback. */
export type Published = z.infer<typeof published>;

const recorded = z.object({ logicalId: z.string(), type: z.string(), property: z.string(), because: z.string() });
/** A property that is kept and returned but has no effect in the model. */
export type Recorded = z.infer<typeof recorded>;

const explanation = z.object({
  targetGroup: z.string().optional(),
  instanceId: z.string(),
  name: z.string().optional(),
  state: z.string().optional(),
  reason: z.string().optional(),
  /** True when nothing more will happen by itself: user data has ended, and failed. */
  final: z.boolean().optional(),
  lines: z.array(z.string()),
});
/** Why a target is unhealthy: the instance's own log lines. */
export type Explanation = z.infer<typeof explanation>;

const preparation = z.object({
  image: z.string().optional(),
  standIns: z.array(z.object({ name: z.string(), is: z.string() })).default([]),
});
export type Preparation = z.infer<typeof preparation>;

const leftover = z.union([z.string(), z.object({ kind: z.string(), name: z.string() }).loose()]);

export const askPublished = async (state: string): Promise<readonly Published[]> =>
  z.array(published).parse(await ask(state, { verb: "published" }));

export const askRecorded = async (state: string, stackName: string): Promise<readonly Recorded[]> =>
  z.array(recorded).parse(await ask(state, { verb: "recorded", stackName }));

export const askWhy = async (state: string, stackName: string): Promise<readonly Explanation[]> =>
  z.array(explanation).parse(await ask(state, { verb: "why", stackName }));

/** What of ours is on this host without an owner in the records. */
export const askLeftovers = async (state: string): Promise<readonly string[]> =>
  z
    .array(leftover)
    .parse(await ask(state, { verb: "leftovers" }))
    .map((found) => (typeof found === "string" ? found : `${found.kind} ${found.name}`));

/** Build the machine image of a recipe when it is not there, and say what stands in for what. */
export const askImagePrepare = async (
  state: string,
  wish: { packages: readonly string[]; imageParameters: readonly string[] },
  onProgress: (text: string, percent?: number) => void,
): Promise<Preparation> => preparation.parse((await ask(state, { verb: "image.prepare", ...wish }, { onProgress })) ?? {});
