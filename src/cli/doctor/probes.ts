import { execFile } from "node:child_process";
import { existsSync, readdirSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import type { Folders } from "../../parts/host/folders.js";
import { findProgram, missingPrograms, optionalPrograms, programNeeds, spaceNeeds } from "../../parts/host/needs.js";
import { cgroupKind, readsEndpointUrl, type Finding } from "./findings.js";

/**
 * Look at everything the region needs, and with `optional` at what is good to have. Changes nothing: what must be tried
 * is tried in namespaces that end with the trial.
 */
export async function probe(folders: Folders, options: { optional: boolean }): Promise<readonly Finding[]> {
  return [
    privilege(),
    ...programs(),
    cgroups(),
    ...(await Promise.all([
      kernel("network namespaces", vethTrial),
      kernel("nftables", nftTrial),
      kernel("overlayfs", overlayTrial),
      loopDevices(),
    ])),
    space("images", folders.images, spaceNeeds.images),
    space("state", folders.state, spaceNeeds.state),
    memory(),
    builtImages(folders.images),
    ...(await Promise.all(
      (options.optional ? optionalPrograms : []).map(async (need) =>
        need.program === "aws" ? awsCli(need.purpose) : optional(need),
      ),
    )),
  ];
}

const isRoot = (): boolean => process.getuid?.() === 0;

function privilege(): Finding {
  if (isRoot()) return { name: "privilege", state: "ok", detail: "root" };
  if (findProgram("sudo") !== undefined)
    return { name: "privilege", state: "ok", detail: "sudo, asked for once when the region starts" };
  return {
    name: "privilege",
    state: "missing",
    detail: "neither root nor sudo: the region cannot make namespaces, mounts and cgroups",
    fix: "install sudo, or start the region as root",
  };
}

function programs(): readonly Finding[] {
  const missing = new Set(missingPrograms());
  return programNeeds.map((need) =>
    missing.has(need)
      ? {
          name: need.program,
          state: "missing",
          detail: `not found; needed for ${need.purpose}`,
          fix: `install the package ${need.debianPackage}`,
        }
      : { name: need.program, state: "ok", detail: findProgram(need.program) ?? "" },
  );
}

function cgroups(): Finding {
  const kind = cgroupKind(existsSync("/sys/fs/cgroup") ? readdirSync("/sys/fs/cgroup") : []);
  if (kind === undefined)
    return {
      name: "cgroups",
      state: "missing",
      detail: "neither cgroup v2 nor v1 with a unified tree is mounted below /sys/fs/cgroup",
      fix: "use a host with cgroup v2 (any with systemd of today)",
    };
  return { name: "cgroups", state: "ok", detail: kind === "v2" ? "version 2" : "version 1 with a unified tree" };
}

/** Each ends with the namespace it runs in. */
const vethTrial = "ip link add trial0 type veth peer name trial1 && ip addr add 10.0.0.1/24 dev trial0 && ip link set trial0 up";
const nftTrial = `printf '%s' 'table ip trial { map m { type ipv4_addr : verdict; }; chain c { type filter hook forward priority -10; ct state established accept; ip saddr vmap @m; }; chain n { type nat hook postrouting priority 100; masquerade; }; }' | nft -f -`;
const overlayTrial =
  "mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && mount -t overlay none -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m";

async function kernel(name: string, trial: string): Promise<Finding> {
  if (!isRoot()) return { name, state: "unknown", detail: "can be tried as root only" };
  const { code, text } = await execute("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-c", trial]);
  if (code === 0) return { name, state: "ok", detail: "works" };
  return {
    name,
    state: "missing",
    detail: `tried, and failed: ${text.trim().split("\n").at(-1) ?? ""}`,
    fix: "run on a kernel that has it; in a container, give that container its privileges",
  };
}

/** A database's disk is a file system of its size in a file. */
const loopTrial =
  "mount -t tmpfs none /mnt && truncate -s 16M /mnt/disk && mkfs.ext4 -qF /mnt/disk && mkdir /mnt/m && mount -o loop /mnt/disk /mnt/m";

async function loopDevices(): Promise<Finding> {
  const found = await kernel("loop devices", loopTrial);
  return found.state !== "missing"
    ? found
    : {
        ...found,
        state: "optional",
        detail: `${found.detail}; databases, which have disks of their own size, cannot be created: everything else works`,
        fix: "load the kernel's module (modprobe loop); in a container, give it /dev/loop-control and loop devices",
      };
}

function space(name: string, folder: string, least: number): Finding {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  const detail = `${(free / 1024).toFixed(1)} GiB free for ${folder}`;
  if (free >= least) return { name: `space for ${name}`, state: "ok", detail };
  const variable = name === "images" ? "SANDTABLE_IMAGES" : "SANDTABLE_STATE";
  return {
    name: `space for ${name}`,
    state: "missing",
    detail: `${detail}, ${(least / 1024).toFixed(0)} GiB are needed`,
    fix: `make room, or set ${variable} to a folder on another disk`,
  };
}

function memory(): Finding {
  const gib = (totalmem() / 2 ** 30).toFixed(1);
  return totalmem() >= 1.8 * 2 ** 30
    ? { name: "memory", state: "ok", detail: `${gib} GiB` }
    : {
        name: "memory",
        state: "optional",
        detail: `${gib} GiB: small environments only`,
        fix: "2 GiB run examples/flask-ha with ease",
      };
}

function builtImages(folder: string): Finding {
  const names = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    : [];
  return {
    name: "images",
    state: "ok",
    detail: names.length === 0 ? "none built yet: the first `up` builds them, in about a minute" : `${names.length} in ${folder}`,
  };
}

const optional = ({ program, debianPackage, purpose }: { program: string; debianPackage: string; purpose: string }): Finding => {
  const found = findProgram(program);
  if (found !== undefined) return { name: program, state: "ok", detail: found };
  return { name: program, state: "optional", detail: `not found: ${purpose}`, fix: `install the package ${debianPackage}` };
};

async function awsCli(purpose: string): Promise<Finding> {
  const found = optional({ program: "aws", debianPackage: "awscli", purpose });
  if (found.state !== "ok") return found;
  const { text } = await execute("aws", ["--version"]);
  const version = text.trim().split(" ")[0] ?? "";
  if (readsEndpointUrl(text) !== false) return { ...found, detail: version };
  return {
    name: "aws",
    state: "optional",
    detail: `${version} does not read AWS_ENDPOINT_URL (2.13 and later do): after \`eval "$(sandtable env)"\` it would still call AWS`,
    fix: "use `sandtable aws …`, which passes --endpoint-url, or install a later version",
  };
}

function execute(program: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) =>
    execFile(program, [...args], { timeout: 10_000, env: { ...process.env, LC_ALL: "C" } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, text: stdout + stderr || (error?.message ?? "") }),
    ),
  );
}
