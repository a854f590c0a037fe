import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../../src/environment/environment.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { describePlan } from "../../../src/environment/plan/describe.js";

/** Plans that Terraform 1.11 and the AWS provider 5.100 made of the texts beside them. */
const planned = (name: string): string => readFileSync(new URL(`./fixtures/${name}/plan.json`, import.meta.url), "utf8");

function environmentOf(name: string): Environment {
  const { description, problems } = describePlan("plan.json", planned(name));
  expect(problems).toEqual([]);
  if (description === undefined) throw new Error("no description");
  return graphOf(description);
}

describe("a web application in Terraform", () => {
  const environment = environmentOf("web");
  const network = (address: string): string => `module.network.${address}`;

  test.each([
    ["aws_instance.app[0]", network("aws_subnet.private[0]")],
    ["aws_instance.app[1]", network("aws_subnet.private[1]")],
  ])("%s stands in the subnet that its module gives for its count", (id, subnet) => {
    expect(environment.interfaces.get(`${id}/eth0`)).toMatchObject({ subnets: [subnet], groups: ["aws_security_group.app"] });
  });

  test("routes in the table's text and routes of their own lead to what they name", () => {
    const target = (id: string) => environment.routeTables.get(network(id))?.routes.at(-1)?.target;
    expect(target("aws_route_table.public")).toEqual({ kind: "internetGateway", id: network("aws_internet_gateway.this") });
    expect(target("aws_route_table.private")).toEqual({ kind: "natGateway", id: network("aws_nat_gateway.this") });
    expect(environment.subnets.get(network("aws_subnet.private[1]"))?.routeTable).toBe(network("aws_route_table.private"));
  });

  test("a group of Terraform's lets nothing out that is not written", () => {
    const { rules = [] } = environment.securityGroups.get("aws_security_group.app") ?? {};
    expect(rules.map(({ direction, peer, traffic }) => ({ direction, peer, traffic }))).toEqual([
      {
        direction: "ingress",
        peer: { kind: "group", group: "aws_security_group.front" },
        traffic: { protocol: 6, ports: [8080, 8080] },
      },
    ]);
  });

  test("targets that are attached one by one are the group's", () => {
    expect(environment.targetGroups.get("aws_lb_target_group.app")?.targets.map(({ target }) => target)).toEqual([
      { node: "aws_instance.app[0]" },
      { node: "aws_instance.app[1]" },
    ]);
  });

  test("a password that is a variable is not written in the text, whatever its value in the plan", () => {
    expect(environment.databases.get("aws_db_instance.database")).toMatchObject({
      masterPassword: "parameter",
      backupRetention: 7,
      deletionPolicy: "Delete",
    });
  });

  test("an instance's role is found by its profile, and user data by the constant that it is", () => {
    expect(environment.instances.get("aws_instance.app[0]")?.settings).toMatchObject({
      role: "aws_iam_role.app",
      userData: "#!/bin/sh\necho hello\n",
    });
  });
});

describe("the rest of what is known of Terraform", () => {
  const environment = environmentOf("rest");

  test("what a VPC has from the start and Terraform takes over stands in its place", () => {
    expect(environment.securityGroups.get("aws_vpc.main/DefaultSecurityGroup")?.rules).toEqual([]);
    expect(environment.acls.get("aws_vpc.main/DefaultNetworkAcl")?.entries).toMatchObject([
      { number: 10, direction: "ingress", action: "allow", cidr: "0.0.0.0/0", traffic: { protocol: 6, ports: [443, 443] } },
    ]);
    expect(environment.securityGroups.get("aws_vpc.peer/DefaultSecurityGroup")?.rules).toHaveLength(2);
  });

  test("a peering connection that nobody accepts is not active", () => {
    expect(environment.peerings.get("aws_vpc_peering_connection.asked")).toMatchObject({
      active: false,
      accepter: "aws_vpc.peer",
    });
  });

  test("for_each over resources leads each to its own", () => {
    expect(environment.subnets.get('aws_subnet.private["b"]')?.routeTable).toBe('aws_route_table.private["b"]');
    expect(environment.routeTables.get('aws_route_table.private["b"]')?.vpc).toBe("aws_vpc.main");
  });

  test("what stands in a dynamic block and is not known is unknown, never left out", () => {
    const { rules = [] } = environment.securityGroups.get("aws_security_group.app") ?? {};
    expect(rules).toHaveLength(2);
    for (const { peer } of rules) expect(peer).toMatchObject({ kind: "group", group: expect.any(Unknown) });
  });

  test("an RDS instance that says nothing of backups has none, and its password is the text's", () => {
    expect(environment.databases.get("aws_db_instance.plain")).toMatchObject({
      backupRetention: 0,
      masterPassword: "literal",
      publiclyAccessible: true,
    });
  });

  test("the settings of a bucket are taken together", () => {
    expect(environment.buckets.get("aws_s3_bucket.files")).toMatchObject({
      versioning: true,
      kmsKey: "aws_kms_key.data",
      publicAccessBlock: { blockPublicAcls: true, ignorePublicAcls: false },
    });
    expect(environment.buckets.get("aws_s3_bucket.files")?.policy).toBeDefined();
  });

  test("who may do what is told, keys included", () => {
    expect(environment.users.get("aws_iam_user.pipeline")).toMatchObject({ accessKeys: 1 });
    expect(environment.users.get("aws_iam_user.pipeline")?.policies).toHaveLength(1);
    expect(environment.secrets.get("aws_secretsmanager_secret.token")?.literal).toBe(true);
  });

  test("resources of other types are listed as not examined", () => {
    expect(environment.unexamined.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["aws_lambda_function.resize", "terraform_data.marker"]),
    );
  });
});

test("a setting of what the plan does not hold is listed as not examined", () => {
  const resource = (type: string, values: object) => ({
    address: `${type}.a`,
    mode: "managed",
    type,
    name: "a",
    provider_name: "registry.terraform.io/hashicorp/aws",
    values,
  });
  const resources = [
    resource("aws_vpc", { cidr_block: "10.0.0.0/16" }),
    resource("aws_s3_bucket_policy", { bucket: "elsewhere", policy: "{}" }),
  ];
  const text = JSON.stringify({ format_version: "1.2", planned_values: { root_module: { resources } } });
  expect(describePlan("p.json", text).description?.unexamined).toMatchObject([
    { id: "aws_s3_bucket_policy.a", why: "it belongs to elsewhere, which is not part of this plan" },
  ]);
});

interface SmallPlan {
  readonly format_version: string;
  readonly planned_values: { readonly root_module: { readonly resources: readonly object[] } };
}

const planOf = (type: string, provider_name: string, more?: SmallPlan): SmallPlan => ({
  format_version: "1.2",
  planned_values: {
    root_module: {
      resources: [
        { address: `${type}.a`, mode: "managed", type, name: "a", provider_name },
        ...(more?.planned_values.root_module.resources ?? []),
      ],
    },
  },
});

test.each([
  ["no JSON", "{", 1, 2, /no JSON/],
  ["no JSON further down", '{"format_version":\n"1.2",\n }', 3, 2, /no JSON/],
  ["a template", '{"Resources": {}}', 1, 1, /not what `terraform show -json` writes at format_version/],
  [
    "a plan of another form",
    '{"format_version": "1.2",\n "planned_values": {"root_module": {"resources": "x"}}}',
    2,
    37,
    /at planned_values.root_module.resources/,
  ],
  ["another version", '{"format_version": "2.0", "planned_values": {}}', 1, 2, /format_version is 2.0/],
  ["a plan that failed", '{"format_version": "1.2", "planned_values": {}, "errored": true}', 1, 49, /could not finish/],
  ["neither plan nor state", '{"format_version": "1.2"}', 1, 1, /neither planned_values/],
  ["a plan without a root module", '{"format_version": "1.2",\n"planned_values": {}}', 2, 1, /no root_module/],
  [
    "another provider",
    JSON.stringify(planOf("google_sql", "registry.terraform.io/hashicorp/google"), undefined, 1),
    7,
    6,
    /none of its 1 resources .*google_sql, of registry.terraform.io\/hashicorp\/google/,
  ],
  [
    "somebody's provider of the same name",
    JSON.stringify(planOf("aws_s3_bucket", "registry.terraform.io/evil/aws"), undefined, 1),
    7,
    6,
    /none of its 1 resources .*aws_s3_bucket, of registry.terraform.io\/evil\/aws/,
  ],
])("%s is a problem at its place, not an empty environment", (_name, text, line, column, message) => {
  const { description, problems } = describePlan("p.json", text);
  expect(description).toBeUndefined();
  expect(problems).toMatchObject([{ file: "p.json", line, column, message: expect.stringMatching(message) }]);
});

test.each([
  ["google_compute_instance", "registry.terraform.io/hashicorp/google", "registry.terraform.io/hashicorp/google"],
  ["aws_instance", "registry.terraform.io/evil/aws", "registry.terraform.io/evil/aws"],
  ["aws_instance", "example.com/hashicorp/aws", "example.com/hashicorp/aws"],
  ["random_password", "registry.terraform.io/hashicorp/random", undefined],
  ["terraform_data", "terraform.io/builtin/terraform", undefined],
  ["aws_batch_job_queue", "registry.opentofu.org/hashicorp/aws", undefined],
])("%s of %s among AWS's is not examined; foreign: %s", (type, provider, stranger) => {
  const text = JSON.stringify(
    planOf("aws_s3_bucket", "registry.terraform.io/hashicorp/aws", planOf(type, provider)),
    undefined,
    1,
  );
  const { description } = describePlan("p.json", text);
  expect(description?.resources.map(({ id, place }) => [id, place?.line])).toEqual([["aws_s3_bucket.a", 7]]);
  expect(description?.unexamined).toEqual([
    {
      ...{ id: `${type}.a`, type, why: expect.any(String), place: { file: "p.json", line: 14, column: 6 } },
      ...(stranger === undefined ? {} : { foreign: stranger }),
    },
  ]);
});

describe("what a plan does not say", () => {
  const folder = new URL("./fixtures/open/", import.meta.url);
  const text = readFileSync(new URL("main.tf", folder), "utf8");
  const read = (textsIn?: (folder: string) => string | undefined): Environment => {
    const { description } = describePlan("plan.json", readFileSync(new URL("plan.json", folder), "utf8"), textsIn);
    return graphOf(description ?? expect.fail("no description"));
  };
  const alone = read();
  const besideItsText = read((asked) => (asked === "." ? text : undefined));
  const assumedOf = ({ assumed = [] }: Environment, id: string): readonly string[] =>
    assumed.filter((each) => each.id === id).map(({ what }) => what);

  test.each([
    ["aws_instance.same[0]", "aws_subnet.a[0]", []],
    ["aws_instance.splat[1]", "aws_subnet.a[1]", []],
    ["aws_instance.next[0]", "aws_subnet.a[0]", ["subnet_id is taken to be of aws_subnet.a[0]"]],
  ])("is assumed, and told: the index of %s; unless the text is at hand and writes it so", (id, subnet, left) => {
    expect(alone.interfaces.get(`${id}/eth0`)?.subnets).toEqual([subnet]);
    expect(assumedOf(alone, id)).toEqual([`subnet_id is taken to be of ${subnet}`]);
    expect(assumedOf(besideItsText, id)).toEqual(left);
  });

  test.each(["len", "odd"])("is not assumed where the plan shows that the index is another (%s)", (name) => {
    expect(alone.interfaces.get(`aws_instance.${name}[0]/eth0`)).toMatchObject({
      subnets: [],
      subnetUnknown: new Unknown(
        `subnet_id of aws_instance.${name}[0] is one of aws_subnet.a[${name === "odd" ? 1 : 0}], aws_subnet.a[${name === "odd" ? 0 : 1}]; a plan does not say which`,
      ),
    });
    expect(assumedOf(alone, `aws_instance.${name}[0]`)).toEqual([]);
  });

  test("dynamic rules whose number is not known are unknown, not none; a group without rules has none", () => {
    const rulesOf = (id: string) => alone.securityGroups.get(id)?.rules;
    expect(rulesOf("aws_security_group.none")).toEqual([]);
    expect(rulesOf("aws_security_group.dynamic")).toEqual([
      { direction: "ingress", peer: expect.any(Unknown), traffic: expect.any(Unknown), place: expect.anything() },
    ]);
  });
});
