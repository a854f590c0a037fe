import * as z from "zod";
import { ensureImage } from "../../parts/images/images.js";
import type { OnImageProgress } from "../../parts/images/progress.js";
import type { House } from "../house.js";
import type { RegionOptions } from "../options.js";
import { distributions, latestImage, registerImages } from "../services/ec2/images.js";
import { findStack, resourcesOf } from "../stacks/records.js";
import { ownedByNobody } from "./leftovers.js";
import { connectVerb, internetVerb } from "./commands.js";
import { metricsVerb } from "./metrics.js";
import type { ControlHandler } from "./server.js";
import { sendVerb } from "./send.js";
import { whyUnhealthy } from "./why.js";
import { zoneVerb } from "./zones.js";

export interface RegionFacts {
  readonly pid: number;
  readonly port: number;
  readonly endpoint: string;
  readonly regionName: string;
  readonly accountId: string;
  readonly startedAt: string;
}

/** The short, listed set of verbs. `stop` answers when everything has ended; the process leaves after that. */
export const controlVerbs = (
  house: House,
  options: RegionOptions,
  facts: () => RegionFacts,
  stop: (purge: boolean, progress: (text: string) => void) => Promise<unknown>,
): Readonly<Record<string, ControlHandler>> => ({
  ping: () => Promise.resolve({ pid: process.pid }),
  status: () =>
    Promise.resolve({
      ...facts(),
      residentBytes: process.memoryUsage.rss(),
      state: options.folders.state,
      images: options.folders.images,
      troubles: house.housekeeping.troubles(),
    }),
  // What the records have is published before it is listed: who asks right after a deployment is not told too little.
  published: async () => {
    await house.published.update();
    return house.published.list();
  },
  recorded: (request) => Promise.resolve(recordedOnly(house, z.string().parse(request.stackName))),
  leftovers: () => ownedByNobody(house, options.folders.state),
  why: (request) => whyUnhealthy(house, z.string().parse(request.stackName)),
  "image.prepare": prepareImages(house, options),
  internet: internetVerb(house, options.owner),
  connect: connectVerb(house),
  zone: zoneVerb(house),
  send: sendVerb(house),
  metrics: metricsVerb(house),
  stop: (request, talk) => stop(request.purge === true, (text) => talk.progress(text)),
});

/** The properties of a stack that are kept without having an effect here. */
const recordedOnly = (house: House, stackName: string): readonly object[] => {
  const stack = findStack(house.home, stackName);
  if (stack === undefined) return [];
  return resourcesOf(house.home, stack.stackId).flatMap(({ logicalId, type, recorded }) =>
    recorded.map(({ path, because }) => ({ logicalId, type, property: path, because })),
  );
};

/** Build what machines and engines run from, with the recipe's packages, and make those images the latest ones. */
const prepareImages =
  (house: House, options: RegionOptions): ControlHandler =>
  async (request, talk) => {
    const packages = z.array(z.string()).parse(request.packages ?? []);
    const wanted = [...new Set([...latestImage(house.home, "debian-12").packages, ...packages])].sort();
    const progress: OnImageProgress = ({ image, phase, percent }) => talk.progress(`${image} image: ${phase}`, percent);
    await Promise.all([
      ensureImage({ kind: "engine" }, options.folders, progress),
      ensureImage(
        wanted.length === 0 ? { kind: "machine" } : { kind: "machine-with", packages: wanted },
        options.folders,
        progress,
      ),
    ]);
    const changes = registerImages(house.home, packages);
    if (changes.length > 0) house.home.commit(...changes);
    await house.store.durable();
    return {
      standsIn: distributions.map(({ name, title, parameters }) => ({
        for: title,
        imageId: latestImage(house.home, name).imageId,
        image: "Debian 12 machine image",
        packages: latestImage(house.home, name).packages,
        parameters,
      })),
    };
  };
