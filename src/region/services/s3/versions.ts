import { randomBytes } from "node:crypto";
import type { ObjectFile } from "../../../parts/objects/objectfiles.js";
import { put, remove, type Change, type Records } from "../../records/records.js";
import { currentId, CurrentVersions, noncurrentId, NoncurrentVersions, type Bucket, type ObjectVersion } from "./records.js";

/** What becomes of a key's versions: https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html */
export interface Placed {
  readonly version: ObjectVersion;
  readonly changes: readonly Change[];
  /** Files that are no longer named when the changes are committed. */
  readonly gone: readonly ObjectFile[];
}

/** The version id of a bucket that never had versioning, or has it suspended. */
export const nullVersion = "null";

type NewVersion = Omit<ObjectVersion, "versionId" | "sequence">;

/** A new version of a key becomes the current one. */
export function place(records: Records, bucket: Bucket, wanted: NewVersion): Placed {
  const current = records.get(CurrentVersions, currentId(wanted.bucket, wanted.key));
  const isEnabled = bucket.versioning === "Enabled";
  const version: ObjectVersion = {
    ...wanted,
    versionId: isEnabled ? randomBytes(24).toString("base64url") : nullVersion,
    sequence: (current?.sequence ?? 0) + 1,
  };
  const present = put(CurrentVersions, currentId(version.bucket, version.key), version);
  const former = isEnabled ? undefined : records.get(NoncurrentVersions, noncurrentId({ ...version, versionId: nullVersion }));
  const stays = current !== undefined && (isEnabled || current.versionId !== nullVersion);
  return {
    version,
    changes: [
      ...(stays ? [put(NoncurrentVersions, noncurrentId(current), current)] : []),
      ...(former === undefined ? [] : [remove(NoncurrentVersions, noncurrentId(former))]),
      present,
    ],
    gone: [...(stays ? [] : (current?.files ?? [])), ...(former?.files ?? [])],
  };
}

/** What a deletion without a version id does: the object goes, or a delete marker hides it. */
export function hide(
  records: Records,
  bucket: Bucket,
  key: string,
  now: number,
): Omit<Placed, "version"> & { version?: ObjectVersion } {
  if (bucket.versioning !== undefined)
    return place(records, bucket, {
      ...{ bucket: bucket.name, key, lastModified: now, isDeleteMarker: true },
      ...{ size: 0, etag: "", files: [], system: {}, metadata: {}, tags: {} },
    });
  const current = records.get(CurrentVersions, currentId(bucket.name, key));
  if (current === undefined) return { changes: [], gone: [] };
  return { changes: [remove(CurrentVersions, currentId(bucket.name, key))], gone: current.files };
}

/** One version goes for good; what was before it is the current one then. */
export function drop(records: Records, version: ObjectVersion): Omit<Placed, "version"> {
  const id = currentId(version.bucket, version.key);
  if (records.get(CurrentVersions, id)?.versionId !== version.versionId)
    return { changes: [remove(NoncurrentVersions, noncurrentId(version))], gone: version.files };
  const before = records
    .list(NoncurrentVersions)
    .filter(({ bucket, key }) => bucket === version.bucket && key === version.key)
    .reduce<ObjectVersion | undefined>(
      (last, one) => (last === undefined || one.sequence > last.sequence ? one : last),
      undefined,
    );
  return {
    changes:
      before === undefined
        ? [remove(CurrentVersions, id)]
        : [put(CurrentVersions, id, before), remove(NoncurrentVersions, noncurrentId(before))],
    gone: version.files,
  };
}

/** A version by its id, the current one without; a delete marker too. */
export function findVersion(records: Records, bucket: string, key: string, versionId?: string): ObjectVersion | undefined {
  const current = records.get(CurrentVersions, currentId(bucket, key));
  if (versionId === undefined || current?.versionId === versionId) return current;
  return records.get(NoncurrentVersions, noncurrentId({ bucket, key, versionId }));
}
