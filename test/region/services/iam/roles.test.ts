import type { CreateInstanceProfileCommandOutput, CreateRoleCommandOutput } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { instanceProfileOperations } from "../../../../src/region/services/iam/instanceprofiles.js";
import { changeRole, roleOperations } from "../../../../src/region/services/iam/roles.js";
import { recordsAlone, run } from "../../../support/records.js";

const AssumeRolePolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
const create = (call: Call, more: object): Promise<CreateRoleCommandOutput> =>
  run(roleOperations, "CreateRole", call, { RoleName: "Web", AssumeRolePolicyDocument, ...more });

test("a role has its path in its ARN, and an id of 21 characters", async () => {
  const { call } = recordsAlone();
  const { Role } = await create(call, { Path: "/team/web/", MaxSessionDuration: 43_200 });
  expect(Role).toMatchObject({ Arn: `arn:aws:iam::${call.accountId}:role/team/web/Web`, MaxSessionDuration: 43_200 });
  expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
});

test.each([
  [{ Path: "team" }, "'team' at 'path'"],
  [{ Path: "/team" }, "'/team' at 'path'"],
  [{ Path: "/a team/" }, "'/a team/' at 'path'"],
  [{ Path: `/${"a".repeat(512)}/` }, "512"],
  [{ MaxSessionDuration: 5 }, "'5' at 'maxSessionDuration'"],
  [{ MaxSessionDuration: 43_201 }, "'43201' at 'maxSessionDuration'"],
])("a role with %j is refused", async (input, said) => {
  await expect(create(recordsAlone().call, input)).rejects.toMatchObject({
    code: "ValidationError",
    message: expect.stringContaining(said) as string,
  });
});

test("nor may a change give it such a duration", async () => {
  const { call } = recordsAlone();
  await create(call, {});
  expect(() => changeRole(call, "Web", (role) => ({ ...role, maxSessionDuration: 60 }))).toThrow("maxSessionDuration");
});

test("an instance profile's path is held against the same rule", async () => {
  const { call } = recordsAlone();
  const make = (Path: string): Promise<CreateInstanceProfileCommandOutput> =>
    run(instanceProfileOperations, "CreateInstanceProfile", call, { InstanceProfileName: "Web", Path });
  await expect(make("team/")).rejects.toMatchObject({ code: "ValidationError" });
  expect((await make("/team/")).InstanceProfile?.Arn).toBe(`arn:aws:iam::${call.accountId}:instance-profile/team/Web`);
});
