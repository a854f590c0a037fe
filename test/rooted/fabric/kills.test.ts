import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { observe } from "../../../src/parts/fabric/observe.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import { internet } from "../../../src/parts/fabric/spec.js";
import { namespacesOf } from "../../../src/parts/host/namespaces.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";

const rounds = Number(process.env.SANDTABLE_SOAK_ROUNDS ?? 6);
let network: TestNetwork;
afterEach(async () => {
  expect(await network.end(flaskHa.vpcId)).toEqual([]);
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
    await fabric.removeStrangers([flaskHa]);
    await fabric.applyVpc(flaskHa);
    const plan = planVpc(flaskHa, label);
    const { brokenLinks, newLinks, newNamespaces, oldLinks, oldNamespaces, ends, routers } = decide(
      await observe(label, plan),
      plan,
    );
    const entries = [...ends, ...routers].flatMap(({ lines }) => lines).filter((line) => !/^(link set|ntable)/.test(line));
    const left = [...brokenLinks, ...newLinks, ...newNamespaces, ...oldLinks, ...oldNamespaces, ...entries];
    expect(left, `killed after ${Math.round(delay)} ms`).toEqual([]);
    expect((await namespacesOf(label)).length).toBe(plan.namespaces.size);
    const [app2, db, outside] = [await network.at("eni-app-2", []), await network.at("eni-db"), await network.internet()];
    expect(await app2.call("10.0.2.31", 5432), `killed after ${Math.round(delay)} ms`).toBe("eni-db saw 10.0.3.11");
    expect(await app2.call(internet.host, 443), `killed after ${Math.round(delay)} ms`).toBe("internet saw 198.18.0.5");
    for (const host of [app2, db, outside]) await host.end();
  }
});
