import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DescribeAddressesCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeDBParameterGroupsCommand, RDSClient } from "@aws-sdk/client-rds";
import { execa } from "execa";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import { JourneyRegion } from "./region.js";

/**
 * Terraform's AWS provider as a witness that nobody here wrote: it reads back everything it has made, so an empty plan after an
 * apply says that every attribute it knows of came back as it was asked for.
 */
const provider = "registry.terraform.io/hashicorp/aws";

/** Where Terraform itself looks for providers on this machine, what the user names, and folders of a kind under /opt. */
function pluginFolder(): string | undefined {
  const under = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  return [
    process.env["SANDTABLE_TERRAFORM_PLUGINS"],
    process.env["TF_PLUGIN_CACHE_DIR"],
    join(homedir(), ".terraform.d", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...under("/opt"),
  ].find((folder) => folder !== undefined && existsSync(join(folder, provider)));
}

function missing(): string | undefined {
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
  } catch {
    return "terraform is not on this machine";
  }
  return pluginFolder() === undefined ? `no folder on this machine has the plugin ${provider}` : undefined;
}

const reason = missing();
if (reason !== undefined) console.log(`skipped: terraform: ${reason}`);

const region = new JourneyRegion();
const folder = mkdtempSync(join(tmpdir(), "sandtable-terraform-"));
const said: string[] = [];

async function terraform(...args: readonly string[]): Promise<number> {
  const { credentials, endpoint, region: name } = region.client;
  const result = await execa("terraform", [...args], {
    cwd: folder,
    reject: false,
    extendEnv: false,
    all: true,
    stdin: "ignore",
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      TF_CLI_CONFIG_FILE: join(folder, "terraform.tfrc"),
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: name,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    },
  });
  said.push(`terraform ${args.join(" ")}\n${result.all}`);
  return result.exitCode ?? -1;
}

beforeAll(async () => {
  if (reason !== undefined) return;
  cpSync(fileURLToPath(new URL("./terraform/main.tf", import.meta.url)), join(folder, "main.tf"));
  writeFileSync(
    join(folder, "terraform.tfrc"),
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(pluginFolder())}\n  }\n}\n`,
  );
  await region.ok("region", "start", "--port", "0");
});

afterAll(async () => {
  await region.purge();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(reason !== undefined)(
  "Terraform makes two peered VPCs with everything in them and parameter groups, finds nothing to change, and leaves nothing",
  async () => {
    onTestFailed(() => console.log(said.join("\n\n")));
    expect(await terraform("init", "-input=false", "-no-color")).toBe(0);
    expect(await terraform("apply", "-auto-approve", "-input=false", "-no-color")).toBe(0);
    // 0 is an empty plan, 2 one with changes.
    expect(await terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")).toBe(0);
    expect(await terraform("destroy", "-refresh=false", "-auto-approve", "-input=false", "-no-color")).toBe(0);

    const ec2 = new EC2Client(region.client);
    const [vpcs, groups, interfaces, addresses, peerings, lists, gateways, tags] = await Promise.all([
      ec2.send(new DescribeVpcsCommand({})),
      ec2.send(new DescribeSecurityGroupsCommand({})),
      ec2.send(new DescribeNetworkInterfacesCommand({})),
      ec2.send(new DescribeAddressesCommand({})),
      ec2.send(new DescribeVpcPeeringConnectionsCommand({})),
      ec2.send(new DescribeManagedPrefixListsCommand({ Filters: [{ Name: "prefix-list-name", Values: ["office"] }] })),
      ec2.send(new DescribeNatGatewaysCommand({})),
      ec2.send(new DescribeTagsCommand({ Filters: [{ Name: "key", Values: ["project"] }] })),
    ]);
    expect(vpcs.Vpcs).toEqual([]);
    expect(groups.SecurityGroups).toEqual([]);
    expect(interfaces.NetworkInterfaces).toEqual([]);
    expect(addresses.Addresses).toEqual([]);
    expect(lists.PrefixLists).toEqual([]);
    // What AWS still shows for a while of what is gone.
    expect(peerings.VpcPeeringConnections?.map(({ Status }) => Status?.Code)).toEqual(["deleted"]);
    expect(gateways.NatGateways?.map(({ State }) => State)).toEqual(["deleted"]);
    expect(new Set(tags.Tags?.map(({ ResourceType }) => ResourceType))).toEqual(
      new Set(["natgateway", "vpc-peering-connection"]),
    );
    const { DBParameterGroups } = await new RDSClient(region.client).send(new DescribeDBParameterGroupsCommand({}));
    expect(DBParameterGroups).toEqual([]);
    ec2.destroy();
  },
);
