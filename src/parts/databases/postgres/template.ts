import { chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { command, run } from "../../host/command.js";
import { imageUser, ociConfig } from "../../engine/program.js";
import { readFileSync, writeFileSync } from "node:fs";
import { adminRole, binaries, dataFolder } from "./config.js";

/**
 * An initialised, empty database cluster, made once per engine image (0.6 s) and copied for every database (55 ms).
 * `folder` holds one template for each image seen. Returns the template's data folder.
 */
export async function postgresTemplate(root: string, folder: string): Promise<string> {
  const template = join(folder, `postgres-${imageId(root)}`);
  if (existsSync(template)) return template;
  const user = imageUser(readFileSync(join(root, "etc/passwd"), "utf8"), "postgres");
  // Two may be at it at once: each works on its own, the first to finish wins.
  const work = `${template}.${process.pid}.${Math.random().toString(36).slice(2, 8)}`;
  const data = join(work, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, user.uid, user.gid);
  try {
    const config = ociConfig({
      root,
      user,
      hostname: "template",
      folders: { [dataFolder]: data },
      argv: [
        `${binaries}/initdb`,
        `--pgdata=${dataFolder}`,
        `--username=${adminRole}`,
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
      ],
    });
    writeFileSync(join(work, "config.json"), JSON.stringify(config));
    const name = `st-template-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    const script = `[ -e /sys/fs/cgroup/cgroup.controllers ] || mount -t cgroup2 none /sys/fs/cgroup; exec crun --cgroup-manager=disabled run -b "$1" "$2"`;
    await run(command("unshare", "-m", "sh", "-c", script, "sh", work, name), { timeout: 120_000 });
    renameSync(data, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return template;
}

/** Differs between two builds of the image: its own files' identity. */
function imageId(root: string): string {
  const { ino, mtimeMs } = statSync(join(root, `${binaries}/postgres`));
  return createHash("sha256").update(`${root} ${ino} ${mtimeMs}`).digest("hex").slice(0, 12);
}
