import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { answerFile, askEngine, rowsOf, type EngineParameter } from "../catalogue.js";
import { inside, type EngineOptions } from "../place.js";

const list = (column: string, table: string): string =>
  `(SELECT GROUP_CONCAT(DISTINCT ${column} ORDER BY ${column}) FROM information_schema.${table})`;

/** What can be set at all: the others belong to a session, or are what the server tells of itself. */
const statement = `SELECT VARIABLE_NAME, VARIABLE_TYPE,
  CASE VARIABLE_NAME WHEN 'CHARACTER_SET_SERVER' THEN ${list("CHARACTER_SET_NAME", "CHARACTER_SETS")}
    WHEN 'COLLATION_SERVER' THEN ${list("FULL_COLLATION_NAME", "COLLATION_CHARACTER_SET_APPLICABILITY")} ELSE ENUM_VALUE_LIST END,
  NUMERIC_MIN_VALUE, NUMERIC_MAX_VALUE, DEFAULT_VALUE, READ_ONLY, VARIABLE_COMMENT
  FROM information_schema.SYSTEM_VARIABLES
  WHERE VARIABLE_SCOPE <> 'SESSION ONLY' AND (COMMAND_LINE_ARGUMENT IS NOT NULL
    OR VARIABLE_NAME REGEXP '^(CHARACTER_SET|COLLATION)_' OR VARIABLE_NAME IN ('AUTOCOMMIT', 'DEFAULT_STORAGE_ENGINE', 'FOREIGN_KEY_CHECKS', 'TIME_ZONE', 'TX_ISOLATION', 'UNIQUE_CHECKS'))
  ORDER BY VARIABLE_NAME INTO OUTFILE '${answerFile}';
SHUTDOWN;
`;

/** The variables are there in a running server only: one that reads its questions from a file, and ends. */
const script = `data=${inside.data}; printf '%s' "$1" > ${inside.disk}/question.sql
mariadb-install-db --no-defaults --datadir=$data --skip-test-db --skip-name-resolve --auth-root-authentication-method=socket \
  --innodb-log-file-size=4M > /dev/null &&
mariadbd --no-defaults --datadir=$data --innodb-log-file-size=4M --skip-networking --socket=/tmp/mariadb.sock \
  --init-file=${inside.disk}/question.sql`;

/** The settings of the engine image's MariaDB. Read in two seconds the first time that an image is asked. */
export async function mariadbParameters(options: EngineOptions): Promise<readonly EngineParameter[]> {
  const { ino, mtimeMs } = statSync(join(options.root, "usr/sbin/mariadbd"));
  const image = createHash("sha256").update(`${options.root} ${ino} ${mtimeMs} ${statement}`).digest("hex").slice(0, 12);
  return readMariadbParameters(
    await askEngine(options, { name: `mariadb-${image}-parameters`, user: "mysql", script, argument: statement }),
  );
}

const typeOf = (type: string): EngineParameter["type"] => {
  if (type === "BOOLEAN") return "boolean";
  if (type === "ENUM") return "choice";
  if (type === "SET" || type === "FLAGSET") return "choices";
  if (type === "DOUBLE") return "real";
  return type.includes("INT") ? "integer" : "string";
};

/** From rows of information_schema.SYSTEM_VARIABLES, as the statement above has them. Pure. */
export const readMariadbParameters = (text: string): readonly EngineParameter[] =>
  rowsOf(text).map(([name = "", kind = "", values, least, most, standard, readOnly, description = ""]) => {
    const type = typeOf(kind);
    return {
      name: name.toLowerCase(),
      type,
      ...(values === undefined || type === "boolean" ? {} : { values: values.split(",") }),
      ...(least === undefined || most === undefined ? {} : { range: { least, most } }),
      ...(standard === undefined || standard === ""
        ? {}
        : { standard: type === "boolean" ? (standard === "ON" ? "1" : "0") : standard }),
      takesRestart: readOnly === "YES",
      category: "",
      description,
    };
  });
