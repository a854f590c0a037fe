import type { DBEngineVersion } from "@aws-sdk/client-rds";
import { NotModelled, ServiceFault } from "../../operations/fault.js";

/** The one engine that is modelled: every 15.x asked for runs as the PostgreSQL 15 of the engine image. */
export const postgres = {
  major: "15",
  /** The release that the engine image is built with at the time of writing (Debian 12). */
  release: "15.20",
  family: "postgres15",
  port: 5432,
} as const;

/** Throws `NotModelled` for engines and major versions that are not run. Returns the version to record. */
export function engineVersion(engine: string, version: string | undefined): string {
  if (engine !== "postgres")
    throw new NotModelled(`the database engine ${engine}`, "Only PostgreSQL 15 (Engine postgres) is run for now.");
  if (version === undefined || version === postgres.major) return postgres.release;
  if (!/^\d+(\.\d+)?(-[A-Za-z0-9.]+)?$/.test(version))
    throw new ServiceFault("InvalidParameterCombination", `Cannot find version ${version} for postgres`);
  if (version.split(/[.-]/)[0] !== postgres.major)
    throw new NotModelled(
      `PostgreSQL ${version}`,
      `Only PostgreSQL ${postgres.major} is run: ask for EngineVersion ${postgres.major}.`,
    );
  return version;
}

export const describeEngine = (): DBEngineVersion => ({
  Engine: "postgres",
  MajorEngineVersion: postgres.major,
  EngineVersion: postgres.release,
  DBParameterGroupFamily: postgres.family,
  DBEngineDescription: "PostgreSQL",
  DBEngineVersionDescription: `PostgreSQL ${postgres.release}`,
  Status: "available",
  ValidUpgradeTarget: [],
  SupportedFeatureNames: [],
  SupportsReadReplica: false,
  SupportsGlobalDatabases: false,
  SupportsLogExportsToCloudwatchLogs: false,
});
