import { describe, expect, test } from "vitest";
import { recordsAlone } from "../../../support/records.js";
import { network } from "../network.js";
import { fault, make, rds, withGroup } from "./instances.js";

describe("DB subnet groups", () => {
  test("need two zones, and AWS's words say so", async () => {
    const { call } = recordsAlone();
    const { subnets } = await network(call);
    await expect(
      rds(call, "CreateDBSubnetGroup", { DBSubnetGroupName: "one", DBSubnetGroupDescription: "d", SubnetIds: [subnets[0]] }),
    ).rejects.toEqual(
      fault(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: eu-west-3a. Add subnets to cover at least 2 AZs.",
      ),
    );
  });

  test("in use by an instance are not deleted", async () => {
    const { call } = await withGroup();
    await make(call);
    await expect(rds(call, "DeleteDBSubnetGroup", { DBSubnetGroupName: "data" })).rejects.toEqual(
      fault("InvalidDBSubnetGroupStateFault", /app is still using it/),
    );
  });

  test("that are not there are not found", async () => {
    const { call } = recordsAlone();
    await expect(rds(call, "DescribeDBSubnetGroups", { DBSubnetGroupName: "none" })).rejects.toEqual(
      fault("DBSubnetGroupNotFoundFault"),
    );
  });
});
