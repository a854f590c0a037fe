import type { Stack as ApiStack, StackEvent } from "@aws-sdk/client-cloudformation";
import { onTestFinished } from "vitest";
import { ensureSpec } from "../../../scripts/compact-spec.js";
import type { Call } from "../../../src/region/operations/call.js";
import type { Operation } from "../../../src/region/operations/operation.js";
import { put, remove } from "../../../src/region/records/records.js";
import type { Store } from "../../../src/region/records/store.js";
import { removeInterfacesOf } from "../../../src/region/services/ec2/interfaces.js";
import { Instances } from "../../../src/region/services/ec2/records.js";
import { LoadBalancers } from "../../../src/region/services/elbv2/records.js";
import { DBClusters, DBInstances } from "../../../src/region/services/rds/records.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { readSecret } from "../../../src/region/services/secretsmanager/reading.js";
import { operationsOf } from "../../../src/region/stacks/operations/operations.js";
import { resourceProviders } from "../../../src/region/stacks/providers/index.js";
import { namedThingExists } from "../../../src/region/stacks/named-things.js";
import { openSpecification } from "../../../src/region/stacks/spec/specification.js";
import { fetchTemplate } from "../../../src/region/stacks/template-url.js";
import { furnishCloudFormation } from "../../../src/region/stacks/stacks.js";
import { recordsAlone } from "../../support/records.js";

export interface RealStacks {
  readonly call: Call;
  readonly store: Store;
  /** CloudFormation's own. */
  readonly operations: readonly Operation[];
  /** Create the stack `shop`, or update it once it is there, and wait until it rests. `input`: tags, say. */
  deploy(template: object, input?: object): Promise<ApiStack>;
  remove(): Promise<void>;
  /** `LogicalId STATUS reason` of what failed. */
  failures(): Promise<readonly string[]>;
  /** The template that the stack keeps, and all that was told of it. */
  told(): Promise<{ readonly template: string; readonly events: string; readonly outputs: string }>;
  /** The physical id of each resource. */
  ids(): Promise<Readonly<Record<string, string>>>;
}

/** What keepers would record once the machine is as wished. */
function settle(call: Call, kind: string, id: string): void {
  const [instance, db, balancer] = [
    call.records.get(Instances, id),
    call.records.get(DBInstances, id),
    call.records.get(LoadBalancers, id),
  ];
  if (kind === "instance" && instance !== undefined && instance.state !== instance.wish)
    call.commit(
      put(Instances, id, { ...instance, state: instance.wish }),
      ...(instance.wish === "terminated" ? removeInterfacesOf(call, { kind: "instance", id }) : []),
    );
  if (kind === "database" && db?.status === "deleting")
    call.commit(remove(DBInstances, id), ...removeInterfacesOf(call, { kind: "database", id }));
  else if (kind === "dbcluster" && call.records.get(DBClusters, id)?.wish === "deleted") call.commit(remove(DBClusters, id));
  else if (kind === "database" && db?.status === "creating") call.commit(put(DBInstances, id, { ...db, status: "available" }));
  if (kind === "balancer" && balancer?.state === "deleting")
    call.commit(remove(LoadBalancers, id), ...removeInterfacesOf(call, { kind: "balancer", id }));
  else if (kind === "balancer" && balancer?.state === "provisioning")
    call.commit(put(LoadBalancers, id, { ...balancer, state: "active" }));
}

/** Stacks with the providers of the region, on records alone: what is asked of keepers counts as done. */
export async function realStacks(options: { readonly folder?: string } = {}): Promise<RealStacks> {
  const { call: alone, store } = recordsAlone(options);
  const call: Call = {
    ...alone,
    upkeep: { ...alone.upkeep, nudge: (kind, id) => void setImmediate(() => settle(alone, kind, id)) },
  };
  const formation = furnishCloudFormation({
    providers: new Map(resourceProviders.map((provider) => [provider.type, provider])),
    specification: openSpecification(await ensureSpec()),
    exists: namedThingExists,
    readSecret,
    fetchTemplate,
    readParameter,
  });
  onTestFinished(() => formation.engine.close());
  const operations = operationsOf(formation);
  const run = async <O>(name: string, input: object): Promise<O> => {
    const operation = operations.find((known) => known.name === name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    return (await operation.run(call, input)) as O;
  };
  const StackName = "shop";
  const stack = async (): Promise<ApiStack> => {
    const { Stacks } = await run<{ Stacks: ApiStack[] }>("DescribeStacks", { StackName });
    if (Stacks[0] === undefined) throw new Error("no stack");
    return Stacks[0];
  };
  let there = false;
  return {
    call,
    store,
    operations,
    async deploy(template, input = {}) {
      const verb = there ? "UpdateStack" : "CreateStack";
      const { StackId } = await run<{ StackId: string }>(verb, {
        StackName,
        TemplateBody: JSON.stringify(template),
        Capabilities: ["CAPABILITY_NAMED_IAM"],
        ...input,
      });
      there = true;
      await formation.engine.settled(StackId);
      return stack();
    },
    async remove() {
      const { StackId = "" } = await stack();
      await run("DeleteStack", { StackName });
      await formation.engine.settled(StackId);
    },
    async failures() {
      const { StackEvents } = await run<{ StackEvents: StackEvent[] }>("DescribeStackEvents", { StackName });
      return StackEvents.filter((event) => event.ResourceStatus?.endsWith("FAILED")).map(
        (event) => `${event.LogicalResourceId} ${event.ResourceStatus} ${event.ResourceStatusReason ?? ""}`,
      );
    },
    async told() {
      const { TemplateBody } = await run<{ TemplateBody: string }>("GetTemplate", { StackName, TemplateStage: "Processed" });
      const { StackEvents } = await run<{ StackEvents: StackEvent[] }>("DescribeStackEvents", { StackName });
      const { Outputs } = await stack();
      return { template: TemplateBody, events: JSON.stringify(StackEvents), outputs: JSON.stringify(Outputs ?? []) };
    },
    async ids() {
      const { StackResources } = await run<{ StackResources: { LogicalResourceId: string; PhysicalResourceId: string }[] }>(
        "DescribeStackResources",
        { StackName },
      );
      return Object.fromEntries(StackResources.map((each) => [each.LogicalResourceId, each.PhysicalResourceId]));
    },
  };
}
