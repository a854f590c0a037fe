import {
  DescribeNatGatewaysCommand,
  DeleteNatGatewayCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { FabricFailed } from "../../../src/parts/fabric/failure.js";
import type { Call } from "../../../src/region/operations/call.js";
import { ServiceFault } from "../../../src/region/operations/fault.js";
import { put } from "../../../src/region/records/records.js";
import { Vpcs } from "../../../src/region/services/ec2/records.js";
import { NetworkKeeper } from "../../../src/region/upkeep/network.js";
import { recordsAlone } from "../../support/records.js";
import { ensureWire } from "../protocol/ensure-wire.js";
import { fake, startHarness } from "./harness.js";

beforeAll(ensureWire, 60_000);

/** A region whose kernel has no room while it is full. */
async function region() {
  const kernel = { full: true, asked: 0 };
  const work = (what: string): Promise<void> => {
    kernel.asked++;
    if (!kernel.full) return Promise.resolve();
    return Promise.reject(new FabricFailed({ owner: what, is: "eni-1", doing: "ip", said: "no room" }));
  };
  const fabric = { applyVpc: (spec: VpcSpec) => work(spec.vpcId), removeVpc: work };
  const keeper = new NetworkKeeper(
    fabric,
    () => undefined,
    () => undefined,
  );
  const { call: alone } = recordsAlone();
  const upkeep = {
    network: (id: string) => keeper.apply(alone, id),
    networks: () => keeper.upToDate(alone),
    names: async () => {},
    nudge: () => undefined,
    engineParameters: () => Promise.resolve([]),
  };
  const call: Call = { ...alone, upkeep };
  const vpc = {
    vpcId: "vpc-1",
    cidr: "10.0.0.0/16",
    enableDnsSupport: true,
    enableDnsHostnames: false,
    mainRouteTableId: "rtb-1",
    defaultGroupId: "sg-1",
    tags: {},
  };
  /** Like all handlers: what is so already is answered at once, in one way or the other. */
  const change = (already: () => unknown) => async (now: Call) => {
    if (now.records.get(Vpcs, "vpc-1") !== undefined) return already();
    now.commit(put(Vpcs, "vpc-1", vpc));
    await now.upkeep.network("vpc-1");
    return {};
  };
  const harness = await startHarness({
    callFor: () => call,
    operations: [
      fake(
        "ec2",
        "DeleteNatGateway",
        ["NatGatewayId", "DryRun"],
        change(() => ({})),
      ),
      fake(
        "ec2",
        "RevokeSecurityGroupIngress",
        ["GroupId"],
        change(() => {
          throw new ServiceFault("InvalidPermission.NotFound", "There is no such rule.");
        }),
      ),
      fake("ec2", "DescribeNatGateways", [], () => ({})),
    ],
  });
  const clientOf = (maxAttempts: number): EC2Client => new EC2Client({ ...harness.client, maxAttempts });
  const close = async (): Promise<void> => {
    await Promise.all([harness.close(), keeper.close()]);
  };
  return { kernel, clientOf, close };
}

const deletion = (DryRun?: boolean): DeleteNatGatewayCommand => new DeleteNatGatewayCommand({ NatGatewayId: "nat-1", DryRun });

describe("a request whose network was not made", () => {
  test("is answered by the SDK's repetition only when the kernel has it", async () => {
    const { kernel, clientOf, close } = await region();
    const client = clientOf(3);
    client.middlewareStack.add(
      (next) => async (args) => {
        kernel.full = kernel.asked === 0;
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const { $metadata } = await client.send(deletion());
    expect($metadata.attempts).toBe(2);
    expect(kernel.asked).toBeGreaterThan(1);
    await close();
  });

  test("is not answered with success when it comes again and still cannot be made; what only reads is answered", async () => {
    const { clientOf, close } = await region();
    const client = clientOf(1);
    for (let time = 0; time < 2; time++)
      await expect(client.send(deletion())).rejects.toMatchObject({
        name: "InternalFailure",
        message: expect.stringContaining("no room") as string,
        $metadata: { httpStatusCode: 500 },
      });
    await client.send(new DescribeNatGatewaysCommand({}));
    await client.send(deletion(true));
    await close();
  });

  test("is not told that there is nothing to change before that is so", async () => {
    const { kernel, clientOf, close } = await region();
    const client = clientOf(1);
    const revoke = new RevokeSecurityGroupIngressCommand({ GroupId: "sg-1" });
    await expect(client.send(revoke)).rejects.toMatchObject({ name: "InternalFailure" });
    await expect(client.send(revoke)).rejects.toMatchObject({
      name: "InternalFailure",
      message: expect.stringMatching(/no room.*InvalidPermission\.NotFound: There is no such rule/) as string,
    });
    kernel.full = false;
    await expect(client.send(revoke)).rejects.toMatchObject({ name: "InvalidPermission.NotFound" });
    await close();
  });
});
