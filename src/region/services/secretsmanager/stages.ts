import { invalidParameter, notFound } from "./faults.js";
import type { SecretVersion } from "./records.js";

/*
 * Staging labels, purely. A label is on one version at most. AWSCURRENT always is on one, once there is any; the version it leaves
 * gets AWSPREVIOUS. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */

export const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";

export type Versions = Readonly<Record<string, SecretVersion>>;

export const versionWith = (versions: Versions, stage: string): string | undefined =>
  Object.keys(versions).find((versionId) => versions[versionId]?.stages.includes(stage));

/** Put a label on a version, or take it off (`to` undefined), wherever it is. */
export function moveStage(versions: Versions, stage: string, to: string | undefined): Versions {
  const from = versionWith(versions, stage);
  if (from === to) return versions;
  const moved = attach(detach(versions, stage), stage, to);
  if (stage !== current || from === undefined) return moved;
  return attach(detach(moved, previous), previous, from);
}

const detach = (versions: Versions, stage: string): Versions =>
  map(versions, (version) => ({ ...version, stages: version.stages.filter((known) => known !== stage) }));

const attach = (versions: Versions, stage: string, to: string | undefined): Versions =>
  map(versions, (version, versionId) => (versionId === to ? { ...version, stages: [...version.stages, stage] } : version));

const map = (versions: Versions, change: (version: SecretVersion, versionId: string) => SecretVersion): Versions =>
  Object.fromEntries(Object.entries(versions).map(([versionId, version]) => [versionId, change(version, versionId)]));

/** What UpdateSecretVersionStage asks for. @throws ServiceFault */
export function updateStage(
  versions: Versions,
  stage: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Versions {
  const holder = versionWith(versions, stage);
  for (const versionId of [from, to])
    if (versionId !== undefined && !Object.hasOwn(versions, versionId))
      throw notFound(`the specified secret version: ${versionId}.`);
  if (from === undefined && to === undefined)
    throw invalidParameter("You must specify MoveToVersionId, RemoveFromVersionId, or both.");
  if (from !== undefined && from !== holder)
    throw invalidParameter(
      `The staging label ${stage} isn't attached to version ${from}${holder === undefined ? "" : `, but to version ${holder}`}.`,
    );
  if (to === undefined && stage === current)
    throw invalidParameter(
      `You can only move staging label ${current} to a different secret version. It can't be completely removed.`,
    );
  if (holder !== undefined && from === undefined && holder !== to)
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  return moveStage(versions, stage, to);
}
