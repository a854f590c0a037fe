import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * What a host needs to run the region: the one place where it is written. `sandtable doctor` shows and installs it,
 * `npm start` and `npm test` ask doctor, and the region names what is missing when it starts.
 */
export interface ProgramNeed {
  readonly program: string;
  /** The package that has it, on Debian and Ubuntu. */
  readonly debianPackage: string;
  /** What it does for us; completes "needed for …" and, where it is optional, "without it …". */
  readonly purpose: string;
}

export const programNeeds: readonly ProgramNeed[] = [
  { program: "ip", debianPackage: "iproute2", purpose: "links, addresses and routes of VPCs" },
  { program: "nft", debianPackage: "nftables", purpose: "security groups, network address translation" },
  { program: "nsenter", debianPackage: "util-linux", purpose: "running programs inside namespaces" },
  { program: "unshare", debianPackage: "util-linux", purpose: "building images apart from the host" },
  { program: "setpriv", debianPackage: "util-linux", purpose: "ending helpers together with the region" },
  { program: "flock", debianPackage: "util-linux", purpose: "one image being built once" },
  { program: "mount", debianPackage: "mount", purpose: "disks of machines" },
  { program: "losetup", debianPackage: "mount", purpose: "disks of databases" },
  { program: "mkfs.ext4", debianPackage: "e2fsprogs", purpose: "disks of databases" },
  { program: "resize2fs", debianPackage: "e2fsprogs", purpose: "disks of databases that grow" },
  { program: "crun", debianPackage: "crun", purpose: "machines, databases and load balancers" },
  { program: "mmdebstrap", debianPackage: "mmdebstrap", purpose: "building machine images" },
  { program: "script", debianPackage: "bsdutils", purpose: "terminals of `sandtable connect` and `sandtable internet`" },
];

export const optionalPrograms: readonly ProgramNeed[] = [
  { program: "aws", debianPackage: "awscli", purpose: "`sandtable aws` has nothing to run; every other verb works" },
  { program: "curl", debianPackage: "curl", purpose: "`sandtable internet -- curl …` has nothing to run" },
];

/** Least free space, in MiB. Images: two built images and one being built. State: journals and disks of machines. */
export const spaceNeeds = { images: 3072, state: 1024 } as const;

/** The system programs' folders, which are not on every user's PATH. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** Where a program is, or nothing. */
export function findProgram(program: string, path: string = process.env.PATH ?? ""): string | undefined {
  for (const folder of [...path.split(delimiter), ...systemFolders]) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}

export const missingPrograms = (needs: readonly ProgramNeed[] = programNeeds, path?: string): readonly ProgramNeed[] =>
  needs.filter((need) => findProgram(need.program, path) === undefined);

/** The packages to install for some needs, each once. */
export const packagesFor = (needs: readonly ProgramNeed[]): readonly string[] =>
  [...new Set(needs.map((need) => need.debianPackage))].sort();
