import { z } from "zod";
import { ask } from "../control.js";

/** What only the local region can tell, over the control socket; shapes are checked where they come in. */

const published = z.object({
  name: z.string(),
  url: z.string(),
  /** Where it listens on this machine. */
  address: z.string(),
  port: z.number(),
  loadBalancer: z.string(),
  listenerPort: z.number(),
});
/** A public address of the model, published on this machine's loopback. */
export type Published = z.infer<typeof published>;

const recorded = z.object({ logicalId: z.string(), type: z.string(), property: z.string(), because: z.string() });
/** A property that is kept and returned but has no effect in the model. */
export type Recorded = z.infer<typeof recorded>;

const explanation = z.object({
  /** The instance's id. */
  targetId: z.string(),
  name: z.string(),
  because: z.string(),
  log: z.array(z.string()),
  /** True when nothing more will happen by itself: user data has ended, and failed. */
  final: z.boolean().optional(),
});
/** Why a target is unhealthy: the instance's own log lines. */
export type Explanation = z.infer<typeof explanation>;

const standIn = z.object({
  /** e.g. `Amazon Linux 2023`. */
  for: z.string(),
  imageId: z.string(),
  /** What it is here. */
  image: z.string(),
  packages: z.array(z.string()),
  parameters: z.array(z.string()),
});
/** A machine image of ours that answers for one of AWS's. */
export type StandIn = z.infer<typeof standIn>;

const leftover = z.object({ kind: z.string(), name: z.string() });
/** Something of ours on this host. */
export type Leftover = z.infer<typeof leftover>;

const trouble = z.object({ kind: z.string(), id: z.string(), failures: z.number(), message: z.string() });
/** What the region could not do and tries again. */
export type Trouble = z.infer<typeof trouble>;

export const askTroubles = async (state: string): Promise<readonly Trouble[]> =>
  z.object({ troubles: z.array(trouble) }).parse(await ask(state, { verb: "status" })).troubles;

export const askPublished = async (state: string): Promise<readonly Published[]> =>
  z.array(published).parse(await ask(state, { verb: "published" }));

export const askRecorded = async (state: string, stackName: string): Promise<readonly Recorded[]> =>
  z.array(recorded).parse(await ask(state, { verb: "recorded", stackName }));

export const askWhy = async (state: string, stackName: string): Promise<readonly Explanation[]> =>
  z.array(explanation).parse(await ask(state, { verb: "why", stackName }));

/** Everything of the region on this host, in use or not. */
export const askLeftovers = async (state: string): Promise<readonly Leftover[]> =>
  z.array(leftover).parse(await ask(state, { verb: "leftovers" }));

/** Stop the region; gives what could not be removed. */
export const askStop = async (state: string, purge: boolean, onProgress: (text: string) => void): Promise<readonly Leftover[]> =>
  z.object({ left: z.array(leftover) }).parse(await ask(state, { verb: "stop", purge }, { onProgress })).left;

/** Build the machine image of a recipe when it is not there, and say what stands in for what. */
export const askImagePrepare = async (
  state: string,
  packages: readonly string[],
  onProgress: (text: string, percent?: number) => void,
): Promise<readonly StandIn[]> =>
  z.object({ standsIn: z.array(standIn) }).parse(await ask(state, { verb: "image.prepare", packages }, { onProgress })).standsIn;
