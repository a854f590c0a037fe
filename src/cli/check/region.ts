import { folders } from "../../parts/host/folders.js";
import type { TargetName } from "../aws/target-names.js";
import type { StackText } from "./stacks.js";

/** Which region stacks are judged for, and what says so; nothing where that was asked for or is said in them. */
export interface RegionFound {
  readonly region: string | undefined;
  readonly because?: string;
}

/** Zones and prices depend on the region. Most templates name none, for they are for any: then it is the one that `up` would deploy to. */
export async function findRegion(
  stacks: readonly StackText[],
  wish: { readonly region: string | undefined; readonly target: TargetName },
): Promise<RegionFound> {
  if (wish.region !== undefined) return { region: wish.region };
  const named = regionNamed(stacks);
  if (named !== "none") return named;
  const region = wish.target === "aws" ? await regionOfUser() : await regionHere();
  return region === undefined ? { region } : { region, because: "`sandtable up` would deploy it there" };
}

/** What an app says, else whose zones the text names. Several regions: none of them is that of all. Pure. */
export function regionNamed(stacks: readonly StackText[]): RegionFound | "none" {
  const said = new Set(stacks.flatMap(({ made }) => made?.region ?? []));
  if (said.size > 0)
    return { region: said.size === 1 && stacks.every(({ made }) => made?.region !== undefined) ? [...said][0] : undefined };
  const ofZones = new Set(stacks.flatMap(({ text }) => [...text.matchAll(zone)].map(([, region]) => region)));
  if (ofZones.size === 0) return "none";
  return ofZones.size === 1 ? { region: [...ofZones][0], because: "it names zones of it" } : { region: undefined };
}

/** `eu-west-3a`, `us-gov-west-1b`. */
const zone = /\b([a-z]{2}(?:-[a-z]+)+-\d)[a-z]\b/g;

async function regionHere(): Promise<string> {
  const [{ runningRegion }, { defaults }] = await Promise.all([import("../region/start.js"), import("../region/context.js")]);
  return (await runningRegion(folders().state))?.regionName ?? defaults.regionName;
}

/** As the SDK finds it: the environment, then the user's profile. */
async function regionOfUser(): Promise<string | undefined> {
  const { clientsFor } = await import("../aws/clients.js");
  const client = await clientsFor({ name: "aws" }).sts();
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
