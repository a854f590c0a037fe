import { basename } from "node:path";
import { answerFile, askEngine, rowsOf, type EngineParameter } from "../catalogue.js";
import { inside, type EngineOptions } from "../place.js";
import { binaries } from "./config.js";
import { postgresTemplate } from "./template.js";

/** Libraries of the engine image that bring settings of their own, which a server must have loaded to have them. */
export const preloadable = ["auto_explain", "pg_prewarm", "pg_stat_statements"] as const;

const statement = `COPY (SELECT name, vartype, array_to_string(enumvals, ','), min_val, max_val, boot_val, context, unit, category, short_desc
  FROM pg_settings WHERE context <> 'internal' ORDER BY name) TO '${answerFile}'`;

/** The template is copied, for a server writes to its data even when it is only asked. */
const script = `cp -r /mnt ${inside.data} && chmod 700 ${inside.data} && printf '%s\\n' "$1" | ${binaries}/postgres --single \
  -c shared_preload_libraries=${preloadable.join(",")} -c dynamic_shared_memory_type=posix -D ${inside.data} postgres`;

/** The settings of the engine image's PostgreSQL. Read in 0.2 s the first time that an image is asked. */
export async function postgresParameters(options: EngineOptions): Promise<readonly EngineParameter[]> {
  const template = await postgresTemplate(options);
  const answer = await askEngine(options, {
    name: `${basename(template)}-parameters`,
    user: "postgres",
    script,
    // On one line: each is a statement of its own.
    argument: statement.replaceAll("\n", " "),
    folders: { "/mnt": template },
  });
  return readPostgresParameters(answer);
}

const types: Readonly<Record<string, EngineParameter["type"]>> = {
  bool: "boolean",
  integer: "integer",
  real: "real",
  enum: "choice",
};

/** From rows of pg_settings (https://www.postgresql.org/docs/15/view-pg-settings.html), as the statement above has them. Pure. */
export const readPostgresParameters = (text: string): readonly EngineParameter[] =>
  rowsOf(text).map(([name = "", type = "", values, least, most, standard, context, unit, category = "", description = ""]) => ({
    name: name.toLowerCase(),
    type: types[type] ?? "string",
    ...(values === undefined || values === "" ? {} : { values: values.split(",") }),
    ...(name === "shared_preload_libraries" ? { type: "choices" as const, values: preloadable } : {}),
    ...(least === undefined || most === undefined ? {} : { range: { least, most } }),
    ...(standard === undefined || standard === ""
      ? {}
      : { standard: type === "bool" ? (standard === "on" ? "1" : "0") : standard }),
    ...(unit === undefined ? {} : { unit }),
    takesRestart: context === "postmaster",
    category,
    description,
  }));
