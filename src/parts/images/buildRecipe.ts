import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HostApt } from "./hostApt.js";
import { runIsolated } from "./isolated.js";
import { debianRelease, type Recipe } from "./recipe.js";

/** Documentation and translations are left out of every image: a third of its size. */
const leanness = [
  '--aptopt=Acquire::Languages { "none"; }',
  "--dpkgopt=path-exclude=/usr/share/man/*",
  "--dpkgopt=path-exclude=/usr/share/locale/*",
  "--dpkgopt=path-exclude=/usr/share/doc/*",
  "--dpkgopt=path-include=/usr/share/doc/*/copyright",
];

/** The command line of mmdebstrap for a recipe; `work` holds the staged files, the hooks and the sources. */
export function mmdebstrapArguments(recipe: Recipe, apt: HostApt, work: string, target: string): string[] {
  return [
    "--mode=root",
    "--variant=minbase",
    "--components=main",
    "--verbose",
    `--include=${recipe.packages.join(",")}`,
    ...leanness,
    // A build is repeated rather than trusted after a crash, so nothing need reach the disk before its end.
    `--setup-hook=${quoted(join(work, "setup"))} "$1"`,
    `--customize-hook=${quoted(join(work, "customize"))} "$1"`,
    debianRelease,
    target,
    ...(apt.sources.length === 0 ? [] : [join(work, "sources.list")]),
  ];
}

/** Make the recipe's root folder at `target`; `work` is an empty folder for what the build needs beside it. */
export async function buildRecipe(
  recipe: Recipe,
  apt: HostApt,
  work: string,
  target: string,
  onLine: (line: string) => void,
): Promise<void> {
  const staged = join(work, "files");
  for (const [path, file] of Object.entries(recipe.files)) {
    await mkdir(dirname(join(staged, path)), { recursive: true });
    await writeFile(join(staged, path), file.text);
    await chmod(join(staged, path), file.mode ?? 0o644);
  }
  await mkdir(join(staged, "etc/systemd/system"), { recursive: true });
  for (const unit of recipe.masks) await symlink("/dev/null", join(staged, "etc/systemd/system", unit));
  await writeFile(join(work, "sources.list"), apt.sources.map((line) => `${line}\n`).join(""));
  // Recommended packages are left out of the image, not of what a machine installs later.
  await writeFile(
    join(work, "settings"),
    [...apt.settings, 'APT::Install-Recommends "false";'].map((line) => `${line}\n`).join(""),
  );
  await writeFile(join(work, "lasting"), apt.lasting.map((line) => `${line}\n`).join(""));
  await writeFile(join(work, "setup"), setupHook(work), { mode: 0o755 });
  await writeFile(join(work, "customize"), customizeHook(work, recipe.script), { mode: 0o755 });
  await runIsolated('exec mmdebstrap "$@"', mmdebstrapArguments(recipe, apt, work, target), onLine);
}

/** The host's ways to its mirrors hold while building only; dpkg's syncs are pointless here and slow. */
const setupHook = (work: string): string => `#!/bin/sh
set -eu
mkdir -p "$1/etc/apt/apt.conf.d" "$1/etc/dpkg/dpkg.cfg.d"
cp ${quoted(join(work, "settings"))} "$1/etc/apt/apt.conf.d/00building"
echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/00building"
`;

const customizeHook = (work: string, script: string): string => `#!/bin/sh
set -eu
rm -f "$1/etc/apt/apt.conf.d/00building" "$1/etc/dpkg/dpkg.cfg.d/00building"
cp ${quoted(join(work, "lasting"))} "$1/etc/apt/apt.conf.d/90host"
# Files arrive with their staged modes and owned by root; /etc and the like keep theirs.
(cd ${quoted(join(work, "files"))} && find . -mindepth 1 ! -type d) | while read -r path; do
  mkdir -p "$1/$(dirname "$path")"
  cp -dP --preserve=mode ${quoted(join(work, "files"))}/"$path" "$1/$path"
done
# Certificates that the host trusts beyond the usual ones lead to the same mirrors from inside.
if [ -x "$1/usr/sbin/update-ca-certificates" ] && ls /usr/local/share/ca-certificates/*.crt > /dev/null 2>&1; then
  cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/"
  chroot "$1" update-ca-certificates > /dev/null
fi
${script.trim()}
rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/var/log/*.log "$1"/var/log/apt/*
`;

/** A path as one word of a shell line. */
const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
