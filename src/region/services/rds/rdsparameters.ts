import type { EngineParameter } from "../../../parts/databases/catalogue.js";
import type { Engine } from "./engines.js";
import { defaultsOf } from "./parameterdefaults.js";

/** A parameter as RDS has it: what the engine says of it, and what RDS makes of that. */
export interface RdsParameter extends EngineParameter {
  /** What a group has that does not set it; unset: what the engine takes by itself, and does not tell. */
  readonly value?: string;
  readonly source: "system" | "engine-default";
  /** May be set on AWS. */
  readonly modifiable: boolean;
  /** May be set on AWS; here to this value alone. */
  readonly held?: string;
}

/** All of an engine's, by name. Pure. */
export function rdsParameters(
  program: Engine["program"],
  ofEngine: readonly EngineParameter[],
): ReadonlyMap<string, RdsParameter> {
  const { system, fixed, fixedCategories, held } = defaultsOf[program];
  const all = [...ofEngine, ...(program === "postgres" ? ofRds : [])].map((parameter): RdsParameter => {
    const { name, standard, category } = parameter;
    const set = Object.hasOwn(system, name) ? system[name] : undefined;
    const kept = Object.hasOwn(held, name) ? held[name] : undefined;
    const value = set ?? kept ?? standard;
    return {
      ...parameter,
      ...(value === undefined ? {} : { value }),
      source: set === undefined && category !== ofRdsAlone ? "engine-default" : "system",
      modifiable: !fixed.includes(name) && !fixedCategories.includes(category),
      ...(kept === undefined ? {} : { held: kept }),
    };
  });
  return new Map(all.map((parameter) => [parameter.name, parameter]));
}

const ofRdsAlone = "RDS";

const own = (
  name: string,
  standard: string,
  takesRestart: boolean,
  description: string,
  more: Partial<EngineParameter> = { type: "boolean" },
): EngineParameter => ({ name, type: "boolean", standard, takesRestart, category: ofRdsAlone, description, ...more });

const levels = [
  "disabled",
  "debug5",
  "debug4",
  "debug3",
  "debug2",
  "debug1",
  "info",
  "notice",
  "warning",
  "error",
  "log",
  "fatal",
  "panic",
];

/** What RDS for PostgreSQL adds to the engine's. */
const ofRds: readonly EngineParameter[] = [
  own("rds.adaptive_autovacuum", "1", false, "RDS parameter to enable/disable adaptive autovacuum."),
  own("rds.force_admin_logging_level", "disabled", false, "See log messages for RDS admin user actions in customer databases.", {
    type: "choice",
    values: levels,
  }),
  own("rds.force_autovacuum_logging_level", "warning", false, "See log messages related to autovacuum operations.", {
    type: "choice",
    values: levels,
  }),
  own("rds.force_ssl", "1", false, "Force SSL connections."),
  own("rds.log_retention_period", "4320", false, "Amazon RDS will delete PostgreSQL log that are older than N minutes.", {
    type: "integer",
    range: { least: "1440", most: "10080" },
    unit: "min",
  }),
  own("rds.logical_replication", "0", true, "Enables logical decoding."),
  own("rds.restrict_password_commands", "0", true, "Restricts password-related commands to members of rds_password."),
];
