import { readFileSync } from "node:fs";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledPrices } from "../../src/analysis/cost/prices.js";
import type { Finding } from "../../src/analysis/finding.js";
import { examine } from "../../src/cli/check/examine.js";
import { describeAccount } from "../../src/environment/account/describe.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { describeTemplates } from "../../src/environment/template/describe.js";
import { clientsAt } from "../environment/account/live.js";
import { hasMoto, startMoto, type Moto } from "../support/moto.js";
import { deployToMoto, motoCertificate, motoImage, type Deployed } from "./moto/deploy.js";
import { root } from "./region.js";

/** What the originals' roles, groups and users have of AWS's own policies. */
const managedPolicies = [
  "AmazonEC2ContainerServiceforEC2Role",
  "AmazonEC2FullAccess",
  "AmazonRDSEnhancedMonitoringRole",
  "AmazonRDSFullAccess",
  "AmazonS3FullAccess",
  "AmazonSSMManagedInstanceCore",
  "CloudWatchAgentServerPolicy",
  "IAMFullAccess",
];

/** What a template shows and the account that was made from it does not, each with the reason. Nothing else may be missing. */
const notInAccount: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "flask-ha": {
    "nothing-tagged Vpc": "found, but told of moto's default VPC, which comes first",
    "secret-parameter-in-user-data AppInstance1": "the account shows the value itself: secret-in-user-data",
    "secret-parameter-in-user-data AppInstance2": "the same",
    "web-acl-on-network-balancer Balancer":
      "AWS refuses the association, so no account has it; moto takes it and fails to list it",
  },
  "mvp-ai": {
    "reachable-from-peered-vpc Ai": "moto leaves the peering that a stack makes to be accepted, so it is not sure",
  },
  mvp: {
    "database-password-in-text Database": "AWS never tells a password, so where it came from is not to be seen",
  },
};

const images: Readonly<Record<string, string>> = {
  "flask-ha": "al2023-ami-2023.6.20250303.0-kernel-6.1-x86_64",
  mvp: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250305",
  "mvp-ai": "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250305",
  agency: "al2023-ami-ecs-hvm-2023.0.20250304-kernel-6.1-x86_64",
  "fastapi-asg": "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250305",
};

/** The originals that the command itself is asked about. */
const byCommand = new Set(["flask-ha", "fastapi-asg"]);

const textOf = (folder: "originals" | "sound", name: string): string =>
  readFileSync(new URL(`../fixtures/${folder}/${name}.yaml`, import.meta.url), "utf8");

const options = { failOn: "high", acceptances: [], now: new Date(), grounds: { prices: bundledPrices() } } as const;

function findingsInTemplate(name: string, text: string): readonly Finding[] {
  const { description } = describeTemplates([{ name, file: `${name}.yaml`, text }], { region: "eu-west-3" });
  if (description === undefined) throw new Error(`${name}.yaml cannot be read`);
  return examine(graphOf(description), options).report.findings;
}

type Told = Pick<Finding, "rule" | "verdict" | "resource">;

/** Findings that are sure, by rule and element; what was made by hand has the name of its resource in the template. */
const named = (findings: readonly Told[], byHand?: Deployed["byHand"]): readonly string[] => [
  ...new Set(
    findings.filter(({ verdict }) => verdict === "fails").map(({ rule, resource: { id } }) => `${rule} ${byHand?.get(id) ?? id}`),
  ),
];

const isThere = hasMoto();
if (!isThere) console.log("skipped: check --live against a witness, for moto (Python) is not on this machine");

/** moto, another's model of AWS, is the witness: what the templates make there is read by AWS's own operations. */
describe.skipIf(!isThere)("check --live, with moto for AWS", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto({ managedPolicies });
  });
  afterAll(() => moto.end());

  const deploy = async (name: string, text: string): Promise<Deployed> => {
    await moto.reset();
    const Image = await motoImage(moto.at, images[name] ?? "");
    const Certificate = await motoCertificate(moto.at);
    const values = { Image, Certificate, DatabasePassword: "HushHushHush12345", Mail: "operations@example.com" };
    const deployed = await deployToMoto(moto.at, text, values);
    for (const what of deployed.leftOut) console.log(`left out of ${name}: ${what}, which moto does not have`);
    return deployed;
  };

  interface Seen {
    readonly findings: readonly Told[];
    readonly unexamined: readonly { readonly resource: string; readonly why: string }[];
  }

  /** What the command does once it has started, which takes most of its time. */
  const examineLive = async (): Promise<Seen> => {
    const { findings, unexamined } = examine(graphOf(await describeAccount(clientsAt(moto.at))), options).report;
    return { findings, unexamined: unexamined.map(({ id, why }) => ({ resource: id, why })) };
  };

  /** The command, as somebody runs it who has an account. */
  const checkLive = async (): Promise<Seen> => {
    const { endpoint, region, credentials } = moto.at;
    const said = await execa(process.execPath, ["bin/sandtable.js", "check", "--live", "--target", "aws", "--json"], {
      cwd: root,
      reject: false,
      env: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
    // It could be judged, whatever the verdict.
    expect([0, 1, 3], said.stderr).toContain(said.exitCode);
    return JSON.parse(said.stdout) as Seen;
  };

  test.each(Object.keys(images))("of the original %s everything that its template shows is seen in the account", async (name) => {
    const text = textOf("originals", name);
    const { byHand } = await deploy(name, text);
    const { findings, unexamined } = await (byCommand.has(name) ? checkLive() : examineLive());
    const live = named(findings, byHand);
    const missing = named(findingsInTemplate(name, text)).filter((each) => !live.includes(each));
    expect(missing.toSorted()).toEqual(Object.keys(notInAccount[name] ?? {}).toSorted());
    // moto has no Data Lifecycle Manager and no Instance Connect Endpoints: said, and the rest is judged.
    const refused = unexamined.filter(({ why }) => why.includes("was refused")).map(({ resource }) => resource);
    expect(refused.toSorted()).toEqual(["AWS::DLM::LifecyclePolicy", "AWS::EC2::InstanceConnectEndpoint"]);
  });

  test.each(["flask-ha", "fastapi-asg"])("of the sound %s no finding of the original's kinds is made up", async (name) => {
    const kinds = new Set(findingsInTemplate(name, textOf("originals", name)).map(({ rule }) => rule));
    const text = textOf("sound", name);
    const { byHand } = await deploy(name, text);
    const { findings } = await examineLive();
    const told = named(findingsInTemplate(name, text));
    const more = named(findings, byHand).filter((each) => kinds.has(each.split(" ")[0] ?? "") && !told.includes(each));
    expect(more).toEqual([]);
  });
});
