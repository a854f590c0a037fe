import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { observe } from "../../../src/parts/fabric/observe.js";
import { planPeering } from "../../../src/parts/fabric/plan-peering.js";
import { planServices } from "../../../src/parts/fabric/plan-services.js";
import { planInternet } from "../../../src/parts/fabric/plan-internet.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import { internet } from "../../../src/parts/fabric/spec.js";
import { namespacesOf } from "../../../src/parts/host/namespaces.js";
import { all, peer } from "../../parts/fabric/everything.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";

const rounds = Number(process.env.SANDTABLE_SOAK_ROUNDS ?? 6);
const specs = [flaskHa, all, peer];
let network: TestNetwork;
afterEach(async () => {
  expect(await network.end(...specs.map(({ vpcId }) => vpcId))).toEqual([]);
});

test(`a network half changed when its process was killed is whole again after the next apply (${rounds} kills)`, async () => {
  network = new TestNetwork();
  const { label } = network;
  for (let round = 0; round < rounds; round += 1) {
    const child = fork(fileURLToPath(new URL("./apply-forever.ts", import.meta.url)), [label.code], {
      execArgv: ["--import", "tsx"],
    });
    await once(child, "message");
    const delay = Math.random() * 1200;
    await sleep(delay);
    child.kill("SIGKILL");
    await once(child, "exit");

    const fabric = new Fabric(label);
    await fabric.removeStrangers(specs);
    await Promise.all(specs.map((spec) => fabric.applyVpc(spec)));
    const plans = [
      ...specs.map((spec) => planVpc(spec, label)),
      planPeering("pcx-1", all, peer, label),
      planInternet(label),
      planServices(label),
    ];
    for (const plan of plans) {
      const { brokenLinks, newLinks, newNamespaces, oldLinks, oldNamespaces, ends, routers } = decide(
        await observe(label, plan),
        plan,
      );
      const entries = [...ends, ...routers].flatMap(({ lines }) => lines).filter((line) => !/^(link set|ntable)/.test(line));
      const left = [...brokenLinks, ...newLinks, ...newNamespaces, ...oldLinks, ...oldNamespaces, ...entries];
      expect(left, `${plan.owner}, killed after ${Math.round(delay)} ms`).toEqual([]);
    }
    const namespaces = new Set(plans.flatMap((plan) => [...plan.namespaces.keys()]));
    expect((await namespacesOf(label)).length).toBe(namespaces.size);
    const [app2, db, outside] = [await network.at("eni-app-2", []), await network.at("eni-db"), await network.internet()];
    expect(await app2.call("10.0.2.31", 5432), `killed after ${Math.round(delay)} ms`).toBe("eni-db saw 10.0.3.11");
    expect(await app2.call(internet.host, 443), `killed after ${Math.round(delay)} ms`).toBe("internet saw 198.18.0.5");
    for (const host of [app2, db, outside]) await host.end();
  }
});
