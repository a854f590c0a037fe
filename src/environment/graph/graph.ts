import { EnvironmentBuilder } from "../builder.js";
import type { Description } from "../described.js";
import type { Environment } from "../environment.js";
import type { Objectives } from "../objectives.js";
import { drawBalancing } from "./balancing.js";
import { Catalogue } from "./catalogue.js";
import { drawCompute } from "./compute.js";
import { drawDatabases } from "./databases.js";
import { drawIdentity } from "./identity.js";
import { drawElasticIps, drawInterfaces } from "./interfaces.js";
import { drawNetwork } from "./network.js";
import { readObjectives } from "./objectives.js";
import { drawStorage } from "./storage.js";
import { leaveOutTheRest } from "./unexamined.js";
import { drawWatching } from "./watching.js";

/** The graph of what a source describes, with AWS's defaults and what AWS makes beside what is asked for. Pure; never throws. */
export function graphOf(description: Description): Environment {
  const catalogue = new Catalogue(description);
  const builder = new EnvironmentBuilder();
  drawNetwork(catalogue, builder);
  const addresses = drawElasticIps(catalogue, builder);
  drawInterfaces(catalogue, builder, addresses);
  drawCompute(catalogue, builder, addresses);
  drawBalancing(catalogue, builder, addresses);
  drawDatabases(catalogue, builder);
  drawStorage(catalogue, builder);
  drawIdentity(catalogue, builder);
  drawWatching(catalogue, builder);
  leaveOutTheRest(catalogue, builder);
  const { sources, from, region, account, assumed = [] } = description;
  const objectives = promisedIn(description);
  return builder.build({ sources, from, region, account, objectives, ...(assumed.length === 0 ? {} : { assumed }) });
}

function promisedIn({ objectives }: Description): Objectives {
  if (objectives === undefined) return {};
  return {
    ...readObjectives(objectives.value).objectives,
    ...(objectives.place === undefined ? {} : { place: objectives.place }),
  };
}
