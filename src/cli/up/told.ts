import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readAnnotation } from "../../analysis/others/annotations.js";
import { readPolicyReport, type Reported } from "../../analysis/others/policy-report.js";
import type { NotTold, Told } from "../../analysis/others/told.js";
import { placeOfEntry, resourceOf, type Metadata } from "./metadata.js";

/** What others have said of one stack while its app was made into templates. */
export interface StackTold {
  readonly told: readonly Told[];
  readonly missing: readonly NotTold[];
}

/** A stack as its report speaks of it. */
interface Place {
  readonly templateFile: string;
  readonly metadata: Metadata;
}

/**
 * What an app's own checkers (cdk-nag and other plug-ins of the CDK, annotations) said, for each of its stacks in the order given. What
 * is about no stack in particular is told with the first.
 */
export function toldOf(folder: string, stacks: readonly Place[]): readonly StackTold[] {
  const { told, missing } = reportIn(folder);
  const owners = told.map((one) => ownerOf(one, stacks));
  return stacks.map(({ metadata }, index) => ({
    told: [...told.filter((_, which) => owners[which] === index).map((one) => placed(one, metadata)), ...annotationsIn(metadata)],
    missing: index === 0 ? missing : [],
  }));
}

/** https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cx-api: VALIDATION_REPORT_FILE */
function reportIn(folder: string): { readonly told: readonly Reported[]; readonly missing: readonly NotTold[] } {
  const file = join(folder, "validation-report.json");
  if (!existsSync(file)) return { told: [], missing: [] };
  try {
    return readPolicyReport(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    const why = "the app's validation-report.json has a form that is not known here, so what its plug-ins found is not known";
    return { told: [], missing: [{ by: "the app's plug-ins", why }] };
  }
}

function ownerOf({ about, template }: Reported, stacks: readonly Place[]): number {
  const path = `/${about}`;
  const index = stacks.findIndex(
    ({ templateFile, metadata }) =>
      template === templateFile ||
      Object.keys(metadata).some((known) => known === path || known.startsWith(`${path}/`) || path.startsWith(`${known}/`)),
  );
  return Math.max(0, index);
}

function placed({ template: _template, ...told }: Reported, metadata: Metadata): Told {
  const path = `/${told.about}`;
  const logicalId = told.logicalId ?? resourceOf(metadata, path);
  const place = placeOfEntry(metadata, path);
  return { ...told, ...(logicalId === undefined ? {} : { logicalId }), ...(place === undefined ? {} : { place }) };
}

const annotationsIn = (metadata: Metadata): readonly Told[] =>
  Object.entries(metadata).flatMap(([path, entries]) =>
    entries.flatMap((entry): readonly Told[] => {
      const told = readAnnotation(entry, path.slice(1));
      if (told === undefined) return [];
      const logicalId = resourceOf(metadata, path);
      const place = placeOfEntry(metadata, path, entry);
      return [{ ...told, ...(logicalId === undefined ? {} : { logicalId }), ...(place === undefined ? {} : { place }) }];
    }),
  );
