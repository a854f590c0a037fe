import { expect, test } from "vitest";
import { describeAccount } from "../../../src/environment/account/describe.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { everything } from "./everything.js";
import { liveAccount } from "./live.js";

const debian = "/aws/service/debian/release/12/latest/amd64";

test("a network is told by the names that its stack gave", async () => {
  const account = await liveAccount();
  await account.up(everything(readParameter(account.call, debian)), { Parameters: [] });
  const description = await describeAccount(account.clients, { stacks: ["shop"] });
  console.log(JSON.stringify(description.resources, null, 0).replaceAll('{"id"', '\n{"id"'));
  console.log(description.unexamined);
  graphOf(description);
});
