import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reservation } from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { regionLabel } from "../../../src/parts/host/label.js";
import { Machines } from "../../../src/parts/machines/machines.js";
import { put } from "../../../src/region/records/records.js";
import { Instances, NetworkInterfaces } from "../../../src/region/services/ec2/records.js";
import { ssmOperations } from "../../../src/region/services/ssm/parameters.js";
import { InstanceKeeper } from "../../../src/region/upkeep/instances.js";
import { MetadataDoors } from "../../../src/region/upkeep/metadata.js";
import { vpcSpec } from "../../../src/region/upkeep/vpcspec.js";
import { run, temporaryFolder } from "../../support/records.js";
import { ec2, network } from "../services/ec2/network-support.js";

/** Nothing boots in these tests. */
const unused = (): Promise<never> => Promise.reject(new Error("a machine was booted"));

test("a machine that powered itself off gives its automatic public address back", async () => {
  const { call, asked, SubnetId, VpcId } = await network();
  const image = await run<GetParameterResult>(ssmOperations, "GetParameter", call, {
    Name: "/aws/service/debian/release/12/latest/amd64",
  });
  const { Instances: made } = await ec2<Reservation>(call, "RunInstances", {
    ImageId: image.Parameter?.Value,
    InstanceType: "t3.small",
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }],
  });
  const id = made?.[0]?.InstanceId ?? "";
  const instance = call.records.get(Instances, id);
  if (instance === undefined) throw new Error("no instance");
  call.commit(put(Instances, id, { ...instance, state: "running" }));
  expect(vpcSpec(call.records, VpcId)?.publicAddresses).toHaveLength(1);

  // What the shim leaves of a container whose systemd powered it off.
  const state = temporaryFolder();
  const label = regionLabel(state);
  mkdirSync(join(state, "machines", id), { recursive: true });
  writeFileSync(join(state, "machines", id, "exit"), "130");
  const folders = { state, images: join(state, "images"), cache: join(state, "cache") };
  const machines = new Machines(label, folders);
  expect(machines.observe(id)).toEqual({ state: "stopped", exit: 130 });
  asked.length = 0;
  await new InstanceKeeper(label, machines, new MetadataDoors(label), unused, { ensure: unused }).attend(call, id);

  expect(call.records.get(Instances, id)).toMatchObject({
    wish: "stopped",
    state: "stopped",
    stateReason: { code: "Client.InstanceInitiatedShutdown" },
  });
  expect(call.records.list(NetworkInterfaces)[0]?.autoPublicIp).toBeUndefined();
  expect(vpcSpec(call.records, VpcId)?.publicAddresses).toEqual([]);
  expect(asked).toContain(`network ${VpcId}`);
});
