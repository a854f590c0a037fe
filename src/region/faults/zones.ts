import type { FaultSpec } from "../../parts/fabric/spec.js";
import { recordType, type Records } from "../records/records.js";

/** An availability zone that is cut off in this region: nothing passes its border while its inside lives. */
export interface CutZone {
  /** e.g. `eu-west-3a`. */
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}
/** By zone. AWS has no word for it: it comes over the control socket. */
export const CutZones = recordType<CutZone>("sandtable:CutZone");

export const isCut = (records: Records, zone: string): boolean => records.get(CutZones, zone) !== undefined;

/** What every VPC is wished to suffer. */
export const faultSpecs = (records: Records): readonly FaultSpec[] =>
  records.list(CutZones).map(({ zone }) => ({ kind: "cut", at: { zone } }));
