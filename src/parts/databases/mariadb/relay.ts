import { basename, join } from "node:path";
import { environment, type ImageUser } from "../../engine/program.js";
import { run } from "../../host/command.js";
import { inContainer } from "../../host/container.js";
import { filesIn } from "../files.js";
import { inside, type ServerPlace } from "../place.js";
import { files } from "./config.js";
import { sequenceOf } from "./gtid.js";
import { slaveStatus, variableOf } from "./replication.js";
import type { Query } from "./session.js";

/**
 * Apply what a reader had received, and perhaps acknowledged, before it ended. MariaDB itself throws that away when its replication
 * starts again, to ask the writer for it once more; but the writer may be gone for good. Nothing is done where it has started already.
 */
export async function applyReceivedBefore(place: ServerPlace, user: ImageUser, query: Query): Promise<void> {
  const status = await slaveStatus(query);
  if (status === undefined || status.Slave_IO_Running !== "No" || status.Slave_SQL_Running !== "No") return;
  const received = filesIn(join(place.disk, "relay")).filter((name) => /^relaylog\.\d+$/.test(name));
  if (received.length === 0) return;
  const applied = Math.max(await sequence(query, "gtid_slave_pos"), await sequence(query, "gtid_binlog_pos"));
  await run(inContainer(place, ["/bin/bash", "-c", applyScript(received, applied)], { env: environment, user }), {
    timeout: 3_600_000,
  }).catch((error: unknown) => {
    throw new Error(`${basename(place.folder)} could not apply what it had received of its writer`, { cause: error });
  });
  if ((await sequence(query, "gtid_binlog_pos")) > (await sequence(query, "gtid_slave_pos")))
    await query("SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_binlog_pos");
}

const sequence = async (query: Query, name: string): Promise<number> => sequenceOf(await variableOf(query, name));

/** The last file ends in the middle of something where the server was killed, which was never acknowledged and is not applied. Pure. */
export const applyScript = (received: readonly string[], applied: number): string =>
  [
    "set -euo pipefail",
    `cd ${inside.disk}/relay`,
    `{ mariadb-binlog --no-defaults --skip-gtid-strict-mode${applied === 0 ? "" : ` --start-position=0-1-${applied}`} ${received.join(" ")} || true; } |`,
    `  mariadb --no-defaults --socket=${files.socket} --user=mysql --max-allowed-packet=1G --binary-mode`,
  ].join("\n");
