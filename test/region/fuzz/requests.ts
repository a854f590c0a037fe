import type { NormalizedSchema } from "@smithy/core/schema";
import type { MemberRule, MemberRules } from "../../../src/region/operations/members.js";
import type { Operation } from "../../../src/region/operations/operation.js";
import type { Wire } from "../../../src/region/protocol/wire.js";
import type { Raw } from "../server/signer.js";
import type { Random } from "./random.js";

/** Requests for the operations that are modelled: of the right form, with members that are understood, and values of every kind. */
export class Requests {
  /** Ids that answers have told of: what a request should name to get any further. */
  readonly ids: string[] = [];

  constructor(private readonly random: Random) {}

  learn(text: string): void {
    for (const [id] of text.matchAll(/\b[a-z]{2,12}-[0-9a-f]{17}\b|arn:aws:[^<"&]{1,150}/g))
      if (!this.ids.includes(id)) this.ids.push(id);
    if (this.ids.length > 300) this.ids.splice(0, 100);
  }

  /** One request for the operation, unsigned. */
  of(operation: Operation, wire: Wire): Raw {
    const { input } = wire.operation(operation.name)!;
    const value = input.isStructSchema() ? this.struct(input, operation.members, 0) : {};
    if (wire.protocol === "awsJson1_1" || wire.protocol === "awsJson1_0")
      return {
        service: operation.service,
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${wire.target}.${operation.name}` },
        body: JSON.stringify(value),
      };
    const pairs = new URLSearchParams({ Action: operation.name, Version: wire.apiVersion });
    flatten(input, value, "", wire.protocol === "ec2Query", pairs);
    const query = Object.fromEntries(pairs);
    if (this.random.chance(0.05) && pairs.toString().length < 8000)
      return { service: operation.service, method: "GET", query, expiresIn: 60 };
    return {
      service: operation.service,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: pairs.toString(),
    };
  }

  private struct(schema: NormalizedSchema, rules: MemberRules | undefined, depth: number): Record<string, unknown> {
    const struct: Record<string, unknown> = {};
    const sdk: unknown = schema.getSchema();
    // The schema has the required members first.
    let required = Array.isArray(sdk) && typeof sdk[6] === "number" ? sdk[6] : 0;
    for (const [name, member] of schema.structIterator()) {
      const rule = rules === undefined ? undefined : Object.hasOwn(rules, name) ? rules[name] : "none";
      const chance = required-- > 0 ? 0.97 : rule === "none" ? 0.01 : name === "DryRun" ? 0.02 : 0.4;
      if (!this.random.chance(chance)) continue;
      struct[name] = this.value(member, rule === "none" ? undefined : rule, depth + 1, name);
    }
    return struct;
  }

  private value(schema: NormalizedSchema, rule: MemberRule | undefined, depth: number, name: string): unknown {
    const inner = rule?.kind === "within" ? rule.members : undefined;
    if (rule?.kind === "states" && this.random.chance(0.8)) return this.random.pick(rule.values);
    if (depth > 6) return undefined;
    if (schema.isStructSchema()) return this.struct(schema, inner, depth);
    if (schema.isListSchema()) {
      const item = schema.getValueSchema();
      const count = this.random.pick([0, 1, 1, 1, 2, 3]);
      return Array.from({ length: count }, () =>
        item.isStructSchema() ? this.struct(item, inner, depth) : this.value(item, undefined, depth + 1, name),
      );
    }
    if (schema.isMapSchema()) return { [this.text(name)]: this.value(schema.getValueSchema(), undefined, depth + 1, name) };
    if (schema.isBooleanSchema()) return this.random.chance(0.5);
    if (schema.isNumericSchema())
      return this.random.pick([0, 1, 2, 5, 80, 443, 65_535, 65_536, -1, 100, 1000, 2_147_483_648, Number.MAX_SAFE_INTEGER]);
    if (schema.isTimestampSchema()) return "2026-11-21T10:00:00Z";
    if (schema.isBlobSchema()) return Buffer.from(this.text(name)).toString("base64");
    return this.text(name);
  }

  private text(name: string): string {
    const kind = kinds.find(([pattern]) => pattern.test(name))?.[1];
    const meant = kind === undefined ? this.ids : this.ids.filter((id) => id.startsWith(kind));
    if (/Ids?$|Arn|Resources/.test(name) && meant.length > 0 && this.random.chance(0.85)) return this.random.pick(meant);
    if (/Cidr/.test(name) && this.random.chance(0.8)) return this.random.pick(cidrs);
    if (/TemplateBody/.test(name)) return this.random.pick(templates);
    return this.random.pick([...words, ...this.ids.slice(-3)]);
  }
}

/** Which ids a member means. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/Vpc(Peering)?Ids?$/, "vpc-"],
  [/PeeringConnectionIds?$/, "pcx-"],
  [/Subnet/, "subnet-"],
  [/Group(Rule)?Ids?$/, "sg"],
  [/RouteTable/, "rtb-"],
  [/NatGateway/, "nat-"],
  [/Gateway/, "igw-"],
  [/Allocation/, "eipalloc-"],
  [/Association/, "eipassoc-"],
  [/InterfaceIds?$/, "eni-"],
  [/AclIds?$/, "acl-"],
  [/InstanceIds?$/, "i-"],
  [/EndpointIds?$/, "vpce-"],
  [/PrefixList/, "pl-"],
  [/Arn/, "arn:"],
];

const cidrs = [
  "10.0.0.0/16",
  "10.0.1.0/24",
  "10.0.2.0/28",
  "0.0.0.0/0",
  "10.1.0.0/16",
  "10.0.0.0/33",
  "::/0",
  "300.1.1.1/8",
  "10.0.0.1/16",
];

const templates = [
  "Resources: {}",
  "Resources:\n  A: { Type: 'AWS::EC2::InternetGateway' }",
  "Resources: { A: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: !Ref A } } }",
  '{"Resources":{"A":{"Type":"AWS::EC2::VPC","Properties":{"CidrBlock":{"Fn::Sub":"${B.C"}}}}}',
  "a: &a [*a, *a]",
  "[".repeat(2000),
  "!Sub x",
];

const words = [
  ...[
    "",
    "a",
    "x".repeat(300),
    "é\u{1f600}",
    "<&'\"/+ ",
    "__proto__",
    "constructor",
    "\u0000\u001f",
    "true",
    "-1",
    "1e999",
    "../../etc",
  ],
  ...[
    "eu-west-3a",
    "vpc-0123456789abcdef0",
    "sg-",
    "i-1",
    "available",
    "tcp",
    "-1",
    "t3.micro",
    "default",
    "Name",
    "tag:Name",
    "*",
  ],
  ...["arn:aws:iam::000000000000:role/x", "arn:", "2012-10-17", '{"Statement":[]}', "2026-11-21T10:00:00Z", "postgres"],
];

/** The form of awsQuery and ec2Query, from the schema: the other way round of what the region reads. */
function flatten(schema: NormalizedSchema, value: unknown, at: string, ec2: boolean, into: URLSearchParams): void {
  if (value === undefined || value === null) return;
  if (schema.isStructSchema()) {
    for (const [name, member] of schema.structIterator()) {
      const { xmlName, ec2QueryName } = member.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
      const plain = xmlName ?? name;
      const key = ec2 ? (ec2QueryName ?? plain.charAt(0).toUpperCase() + plain.slice(1)) : plain;
      flatten(member, (value as Record<string, unknown>)[name], at === "" ? key : `${at}.${key}`, ec2, into);
    }
  } else if (schema.isListSchema() && Array.isArray(value)) {
    const item = schema.getValueSchema();
    const flat = ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
    const under = flat ? at : `${at}.${item.getMergedTraits().xmlName ?? "member"}`;
    if (value.length === 0 && !ec2) into.set(at, "");
    value.forEach((one, index) => flatten(item, one, `${under}.${index + 1}`, ec2, into));
  } else into.set(at, typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean));
}
