import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserFault } from "../../faults.js";
import type { Clients } from "../aws/clients.js";
import type { Target } from "../aws/target.js";
import type { Output } from "../output.js";

/** A file that must lie in S3 before the stack that names it is deployed: the template of a nested stack, say. */
export interface FileAsset {
  readonly id: string;
  /** May hold `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}`, like the key. */
  readonly bucketName: string;
  readonly objectKey: string;
  readonly bytes: Uint8Array;
  /** The file is the template of the stack itself. */
  readonly isTemplate: boolean;
}

/** Where CloudFormation takes no larger template in the request itself; bytes. */
const largestBody = 51_200;

/** The part of an asset manifest that is read here (@aws-cdk/cloud-assembly-schema). */
const assetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string().optional(), packaging: z.string().default("file") }),
        destinations: z.record(z.string(), z.looseObject({ bucketName: z.string(), objectKey: z.string() })),
      }),
    )
    .default({}),
  dockerImages: z.record(z.string(), z.unknown()).default({}),
});

/** What a manifest in `folder` tells to publish: files, and the names of what is none. */
export function readAssets(
  folder: string,
  file: string,
  templateFile: string,
): { readonly files: readonly FileAsset[]; readonly others: readonly string[] } {
  const { files, dockerImages } = assetManifest.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
  const read: FileAsset[] = [];
  const others = Object.keys(dockerImages);
  for (const [id, { source, destinations }] of Object.entries(files)) {
    const { path, packaging } = source;
    if (path === undefined || packaging !== "file") {
      others.push(id);
      continue;
    }
    const bytes = readFileSync(join(folder, path));
    for (const { bucketName, objectKey } of Object.values(destinations))
      read.push({ id, bucketName, objectKey, bytes, isTemplate: path === templateFile });
  }
  return { files: read, others };
}

/** The templates among the files that a manifest tells to publish, other than the stack's own: those of stacks that it nests. */
export function nestedTemplates(folder: string, file: string): readonly { readonly objectKey: string; readonly path: string }[] {
  const { files } = assetManifest.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
  return Object.values(files).flatMap(({ source: { path = "" }, destinations }) =>
    path.endsWith(".nested.template.json") && existsSync(join(folder, path))
      ? Object.values(destinations).map(({ objectKey }) => ({ objectKey, path }))
      : [],
  );
}

/** Before a stack is deployed. Throws `NotModelled` for assets that are no single files. */
export function refuseAssets(owner: string, assets: readonly string[] = []): void {
  if (assets.length === 0) return;
  throw new UserFault("NotModelled", {
    at: owner,
    message: `${owner} needs ${assets.length} asset${assets.length === 1 ? "" : "s"} that \`up\` does not publish: ${assets.join(", ")}. It publishes single files; folders (zipped for Lambda), images and assets of the CDK's legacy synthesizer it does not`,
    fix: "define the environment without them: user data in the template, packages in image.yaml",
  });
}

/**
 * Publish what a stack needs, as the CDK would: to the bucket that `cdk bootstrap` makes, which the local region gets when it is
 * missing. Gives the URL of the template where that is too large to be sent. What lies there already is left: its key is its hash.
 */
export async function publishAssets(
  target: Target,
  clients: Clients,
  stack: { readonly stackName: string; readonly body: string; readonly assets: readonly FileAsset[] },
  output: Output,
): Promise<string | undefined> {
  const isLarge = Buffer.byteLength(stack.body) > largestBody;
  const own = isLarge ? templateAsset(target, stack) : undefined;
  const wanted = [...stack.assets.filter(({ isTemplate }) => !isTemplate), ...(own === undefined ? [] : [own])];
  if (wanted.length === 0) return undefined;
  const fill = await placeholders(target, clients, wanted);
  for (const asset of wanted) {
    const place = { Bucket: fill(asset.bucketName), Key: fill(asset.objectKey) };
    output.status(`publishing ${place.Key} …`);
    await publish(target, clients, place, asset, stack.stackName);
  }
  const region = fill("${AWS::Region}");
  return own === undefined ? undefined : `https://${fill(own.bucketName)}.s3.${region}.amazonaws.com/${fill(own.objectKey)}`;
}

/** The template as a file: as the app says, or where the CDK would put it. On AWS the user's own file has no place: AWS says so. */
function templateAsset(
  target: Target,
  { body, assets }: { readonly body: string; readonly assets: readonly FileAsset[] },
): FileAsset | undefined {
  const told = assets.find(({ isTemplate }) => isTemplate);
  const bytes = Buffer.from(body);
  if (told !== undefined) return { ...told, bytes };
  if (target.name === "aws") return undefined;
  const objectKey = `${createHash("sha256").update(bytes).digest("hex")}.template`;
  return {
    id: "template",
    bucketName: "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}",
    objectKey,
    bytes,
    isTemplate: true,
  };
}

async function placeholders(target: Target, clients: Clients, assets: readonly FileAsset[]): Promise<(text: string) => string> {
  const needsAccount = assets.some(({ bucketName, objectKey }) => `${bucketName}${objectKey}`.includes("${AWS::AccountId}"));
  const region = target.name === "local" ? target.regionName : await (await clients.s3()).config.region();
  const account = target.name === "local" ? target.accountId : needsAccount ? await accountOf(clients) : "";
  return (text) =>
    text.replaceAll("${AWS::AccountId}", account).replaceAll("${AWS::Region}", region).replaceAll("${AWS::Partition}", "aws");
}

async function accountOf(clients: Clients): Promise<string> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  return (await (await clients.sts()).send(new GetCallerIdentityCommand())).Account ?? "";
}

async function publish(
  target: Target,
  clients: Clients,
  place: { readonly Bucket: string; readonly Key: string },
  { bytes }: FileAsset,
  stackName: string,
): Promise<void> {
  const { CreateBucketCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const s3 = await clients.s3();
  const { Bucket } = place;
  const isThere = await s3.send(new HeadBucketCommand({ Bucket })).then(() => true, notFound);
  if (!isThere && target.name === "aws")
    throw new UserFault("NotBootstrapped", {
      at: stackName,
      message: `${stackName} needs files in the bucket ${Bucket}, which is not there`,
      fix: "run `cdk bootstrap` for this account and region, then this again",
    });
  if (!isThere) await s3.send(new CreateBucketCommand({ Bucket }));
  if (await s3.send(new HeadObjectCommand(place)).then(() => true, notFound)) return;
  await s3.send(new PutObjectCommand({ ...place, Body: bytes }));
}

/** False for what is not there; anything else is thrown again. */
function notFound(error: unknown): false {
  const { $metadata: answer } = error as { $metadata?: { httpStatusCode?: number } };
  if (answer?.httpStatusCode === 404) return false;
  throw error;
}
