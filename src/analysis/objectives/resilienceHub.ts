import { Unknown } from "../../environment/maybe.js";
import type { Assessment } from "./assess.js";
import type { Disruption, DisruptionKind } from "./disruptions.js";
import { spread } from "./path.js";
import { allOf, durationText, isNever, keeps, worst, type Duration, type Verdict } from "./span.js";

/** AWS Resilience Hub, API of 2020: the disruptions that a policy names. */
export const disruptionTypes = ["Software", "Hardware", "AZ", "Region"] as const;
export type DisruptionType = (typeof disruptionTypes)[number];

/** `DisruptionCompliance` of that API. */
export interface DisruptionCompliance {
  readonly complianceStatus: "PolicyMet" | "PolicyBreached" | "NotApplicable" | "MissingPolicy";
  readonly currentRtoInSecs?: number;
  readonly currentRpoInSecs?: number;
  readonly rtoDescription?: string;
  readonly rpoDescription?: string;
  readonly message?: string;
}

export interface ClassicReport {
  /** `Policy` of `AWS::ResilienceHub::ResiliencyPolicy`, without `Region`, which AWS makes optional; without numbers there is none. */
  readonly policy:
    | Readonly<Record<Exclude<DisruptionType, "Region">, { readonly RtoInSecs: number; readonly RpoInSecs: number }>>
    | undefined;
  readonly compliance: Readonly<Record<DisruptionType, DisruptionCompliance>>;
}

const kindsOf: { readonly [T in DisruptionType]: readonly DisruptionKind[] } = {
  Software: ["deletion"],
  Hardware: ["instance", "engine"],
  AZ: ["zone"],
  Region: ["region"],
};

/** The API's descriptions and messages have 500 characters at most. */
const clipped = (text: string): string => (text.length <= 500 ? text : `${text.slice(0, 499)}…`);

/**
 * The assessment as `AppComponentCompliance` words it. That vocabulary has no word for what is not known: it stands as `PolicyBreached`,
 * as it is no pass, and the message begins with "Not known".
 */
export function classicReport({ objectives, services }: Assessment): ClassicReport {
  const { rto, rpo } = objectives;
  const numbers = rto === undefined || rpo === undefined ? undefined : { RtoInSecs: rto, RpoInSecs: rpo };
  const disruptions = services.flatMap((service) => service.disruptions);
  const compliance = (type: DisruptionType): DisruptionCompliance =>
    complianceOf(disruptionsOfType(disruptions, type), type, rto, rpo);
  return {
    policy: numbers === undefined ? undefined : { Software: numbers, Hardware: numbers, AZ: numbers },
    compliance: {
      Software: compliance("Software"),
      Hardware: compliance("Hardware"),
      AZ: compliance("AZ"),
      Region: compliance("Region"),
    },
  };
}

const disruptionsOfType = (disruptions: readonly Disruption[], type: DisruptionType): readonly Disruption[] =>
  disruptions.filter(({ kind, effects }) => kindsOf[type].includes(kind) && effects.length > 0);

function complianceOf(
  disruptions: readonly Disruption[],
  type: DisruptionType,
  rto?: number,
  rpo?: number,
): DisruptionCompliance {
  if (disruptions.length === 0) return { complianceStatus: "NotApplicable" };
  const time = worst(disruptions.map((each) => each.rto));
  const loss = worst(disruptions.map((each) => each.rpo));
  const estimates = {
    ...secondsOf("currentRtoInSecs", time),
    ...secondsOf("currentRpoInSecs", loss),
    rtoDescription: clipped(durationText(time)),
    rpoDescription: clipped(durationText(loss)),
  };
  if (rto === undefined || rpo === undefined || type === "Region") return { complianceStatus: "MissingPolicy", ...estimates };
  const effects = disruptions.flatMap((each) => each.effects);
  const verdict = allOf(effects.flatMap((effect) => [keeps(effect.rto, rto), keeps(effect.rpo, rpo)]));
  const why = clipped(disruptions.flatMap(({ lines }) => lines).join("; "));
  if (verdict === "achievable") return { complianceStatus: "PolicyMet", ...estimates, message: why };
  return {
    complianceStatus: "PolicyBreached",
    ...estimates,
    message: verdict === "unknown" ? clipped(`Not known: ${why}`) : why,
  };
}

function secondsOf(name: "currentRtoInSecs" | "currentRpoInSecs", duration: Duration): Readonly<Record<string, number>> {
  return isNever(duration) || duration instanceof Unknown ? {} : { [name]: Math.ceil(duration.high) };
}

/** AWS Resilience Hub, API of 2026-02-17. */
export interface NextReport {
  /** The body of `CreatePolicy`. */
  readonly policy: {
    readonly name: string;
    readonly availabilitySlo?: { readonly target: number };
    readonly multiAz?: {
      readonly disasterRecoveryApproach: Approach;
      readonly rtoInMinutes: number;
      readonly rpoInMinutes: number;
    };
    readonly dataRecovery?: { readonly timeBetweenBackupsInMinutes: number };
  };
  /** By requirement; one whose verdict is not known is left out, as the API leaves it out, and stands in `notKnown`. */
  readonly achievability: Readonly<Partial<Record<Requirement, "ACHIEVABLE" | "NOT_ACHIEVABLE">>>;
  readonly notKnown: readonly Requirement[];
  readonly findings: readonly {
    readonly severity: "HIGH" | "MEDIUM" | "LOW";
    readonly category: "SINGLE_POINT_OF_FAILURE";
    readonly resource: string;
    readonly description: string;
  }[];
}

type Approach = "ACTIVE_ACTIVE" | "HOT_STANDBY" | "BACKUP_AND_RESTORE";
type Requirement = "AVAILABILITY_SLO" | "MULTI_AZ_DISASTER_RECOVERY" | "DATA_RECOVERY";

export function nextReport(assessment: Assessment, name = "sandtable"): NextReport {
  const { objectives, services, verdicts, singlePoints } = assessment;
  const { availability, rto, rpo } = objectives;
  const of = (kinds: readonly DisruptionKind[]): Verdict | undefined => {
    if (rto === undefined || rpo === undefined) return undefined;
    const effects = services.flatMap(({ disruptions }) =>
      disruptions.filter(({ kind }) => kinds.includes(kind)).flatMap((each) => each.effects),
    );
    const gaps = services.length === 0 ? [new Unknown("no service")] : services.flatMap(({ path }) => path.gaps);
    return allOf([
      ...gaps.map((): Verdict => "unknown"),
      ...effects.flatMap((effect) => [keeps(effect.rto, rto), keeps(effect.rpo, rpo)]),
    ]);
  };
  const found: readonly (readonly [Requirement, Verdict | undefined])[] = [
    ["AVAILABILITY_SLO", verdicts.availability],
    ["MULTI_AZ_DISASTER_RECOVERY", of(["instance", "engine", "zone"])],
    ["DATA_RECOVERY", of(["deletion"])],
  ];
  return {
    policy: {
      name: name.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 60),
      ...(availability === undefined ? {} : { availabilitySlo: { target: availability } }),
      ...(rto === undefined || rpo === undefined
        ? {}
        : { multiAz: { disasterRecoveryApproach: approachOf(assessment), rtoInMinutes: rto / 60, rpoInMinutes: rpo / 60 } }),
      ...(rpo === undefined ? {} : { dataRecovery: { timeBetweenBackupsInMinutes: rpo / 60 } }),
    },
    achievability: Object.fromEntries(
      found.flatMap(([requirement, verdict]) =>
        verdict === undefined || verdict === "unknown"
          ? []
          : [[requirement, verdict === "achievable" ? "ACHIEVABLE" : "NOT_ACHIEVABLE"]],
      ),
    ),
    notKnown: found.flatMap(([requirement, verdict]) => (verdict === "unknown" ? [requirement] : [])),
    findings: singlePoints.map(({ on, why, stoppedBy }) => ({
      severity: stoppedBy.includes("instance") ? "HIGH" : "MEDIUM",
      category: "SINGLE_POINT_OF_FAILURE",
      resource: on.id,
      description: why,
    })),
  };
}

/** Servers in several zones all serve; of a database only one does, and a second one waits. */
function approachOf({ services }: Assessment): Approach {
  const paths = services.map(({ path }) => path);
  const inZones = paths.every(({ tiers }) => tiers.every((tier) => spread(tier).least > 1));
  const databases = paths.flatMap(({ databases }) => databases);
  if (!inZones || databases.some(({ redundant }) => redundant !== true)) return "BACKUP_AND_RESTORE";
  return databases.length === 0 ? "ACTIVE_ACTIVE" : "HOT_STANDBY";
}
