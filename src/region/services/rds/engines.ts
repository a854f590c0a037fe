import type { DBEngineVersion } from "@aws-sdk/client-rds";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import type { EngineName } from "./records.js";

/** An engine of RDS, and the program of the engine image that stands in for it. */
export interface Engine {
  readonly name: EngineName;
  /** Whose servers run. */
  readonly program: "postgres" | "mariadb";
  readonly description: string;
  /** Major versions that are run, the default first, each with the release that it is told to be. */
  readonly versions: Readonly<Record<string, string>>;
  readonly port: number;
  readonly license: string;
  /** Is another program than on AWS: said wherever the engine is shown. */
  readonly standsIn?: string;
}

const engines: readonly Engine[] = [
  {
    name: "postgres",
    program: "postgres",
    description: "PostgreSQL",
    versions: { "15": "15.20" },
    port: 5432,
    license: "postgresql-license",
  },
  {
    name: "mariadb",
    program: "mariadb",
    description: "MariaDB Community Edition",
    versions: { "10.11": "10.11.19" },
    port: 3306,
    license: "general-public-license",
  },
  {
    name: "mysql",
    program: "mariadb",
    description: "MySQL Community Edition (MariaDB 10.11 stands in for it here)",
    versions: { "8.0": "8.0.40", "8.4": "8.4.5" },
    port: 3306,
    license: "general-public-license",
    standsIn: "MariaDB 10.11",
  },
  {
    name: "aurora-postgresql",
    program: "postgres",
    description: "Aurora (PostgreSQL; PostgreSQL 15 stands in for it here)",
    versions: { "15": "15.10" },
    port: 5432,
    license: "postgresql-license",
    standsIn: "PostgreSQL 15",
  },
  {
    name: "aurora-mysql",
    program: "mariadb",
    description: "Aurora (MySQL; MariaDB 10.11 stands in for it here)",
    versions: { "8.0": "8.0.mysql_aurora.3.08.0" },
    port: 3306,
    license: "general-public-license",
    standsIn: "MariaDB 10.11",
  },
];

/** @throws NotModelled for an engine that is not run */
export function theEngine(name: string): Engine {
  const engine = engines.find((each) => each.name === name);
  if (engine === undefined)
    throw new NotModelled(`the database engine ${name}`, `Modelled are ${engines.map((each) => each.name).join(", ")}.`);
  return engine;
}

/** The version to record. @throws NotModelled for one that cannot be stood in for */
export function engineVersion(engine: Engine, version: string | undefined): string {
  const majors = Object.keys(engine.versions);
  const [first = ""] = majors;
  if (version === undefined) return engine.versions[first] ?? first;
  if (!/^\d+(\.\w+)*(-[A-Za-z0-9.]+)?$/.test(version))
    throw new ServiceFault("InvalidParameterCombination", `Cannot find version ${version} for ${engine.name}`);
  const major = majors.find((each) => version === each || version.startsWith(`${each}.`) || version.startsWith(`${each}-`));
  if (major === undefined)
    throw new NotModelled(
      `${engine.name} ${version}`,
      `Run are the versions ${majors.join(", ")}: ask for EngineVersion ${first}.`,
    );
  return version === major ? (engine.versions[major] ?? version) : version;
}

/** e.g. `15` of `15.20`, `8.0` of `8.0.40`. */
export const majorVersion = (engine: Engine, version: string): string =>
  Object.keys(engine.versions).find(
    (each) => version === each || version.startsWith(`${each}.`) || version.startsWith(`${each}-`),
  ) ?? version;

/** The family of its parameter groups, e.g. `postgres15`, `mysql8.0`. */
export const parameterFamily = (engine: Engine, version: string): string => `${engine.name}${majorVersion(engine, version)}`;

/** The engine whose parameter groups are of this family; undefined: none that is run. */
export const engineOfFamily = (family: string): Engine | undefined =>
  engines.find((engine) => Object.keys(engine.versions).some((major) => `${engine.name}${major}` === family));

/** @throws ServiceFault InvalidParameterValue, or NotModelled where AWS has such a family */
export function theEngineOfFamily(family: string): Engine {
  const engine = engineOfFamily(family);
  if (engine !== undefined) return engine;
  if (!/^(aurora-)?(postgres|postgresql|mysql|mariadb|oracle|sqlserver|db2)[a-z-]*[0-9.]+$/.test(family))
    throw new ServiceFault("InvalidParameterValue", `ParameterGroupFamily ${family} is not a valid parameter group family`);
  const all = engines.flatMap(({ name, versions }) => Object.keys(versions).map((major) => name + major));
  throw new NotModelled(`the parameter group family ${family}`, `Modelled are ${all.join(", ")}.`);
}

/** The option group that every instance of the engine has, e.g. `default:postgres-15`, `default:mysql-8-0`. */
export const defaultOptionGroup = (engine: Engine, version: string): string =>
  `default:${engine.name}-${majorVersion(engine, version).replaceAll(".", "-")}`;

/** Every version of every engine that is run. */
export const engineVersions = (): readonly DBEngineVersion[] =>
  engines.flatMap((engine) =>
    Object.entries(engine.versions).map(([major, release]) => ({
      Engine: engine.name,
      MajorEngineVersion: major,
      EngineVersion: release,
      DBParameterGroupFamily: parameterFamily(engine, release),
      DBEngineDescription: engine.description,
      DBEngineVersionDescription:
        engine.standsIn === undefined ? `${engine.description} ${release}` : `${release} (runs as ${engine.standsIn} here)`,
      Status: "available",
      ValidUpgradeTarget: [],
      SupportedFeatureNames: [],
      SupportsReadReplica: true,
      SupportsGlobalDatabases: false,
      SupportsLogExportsToCloudwatchLogs: false,
    })),
  );
