import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserFault } from "../../faults.js";
import type { HostApt } from "./hostApt.js";
import { runIsolated } from "./isolated.js";
import { digest } from "./recipe.js";

/** Debian package names, each as Debian Policy 5.6.1 has it. Sorted, without repeats. Throws `PackageName`. */
export function packageList(names: readonly string[]): string[] {
  for (const name of names)
    if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name))
      throw new UserFault("PackageName", {
        message: `the image recipe asks for "${name}", which is not the name of a Debian package`,
        fix: "give names as `apt-get install` takes them, one an entry, without versions",
        at: name,
      });
  return [...new Set(names)].sort();
}

/** A layer is only good on the very image it was made on: the base's build time is part of its name. */
export const layerFolder = (packages: readonly string[], base: { readonly folder: string; readonly builtAt: string }): string =>
  `layer-${digest([packageList(packages), base])}`;

/**
 * Install packages over a base image; `upper` becomes what was added. dpkg's status is part of it, so a machine's
 * `apt-get install` of the same packages finds them present. Their services are enabled as Debian does, but none is
 * started while building (policy-rc.d).
 */
export async function buildLayer(
  packages: readonly string[],
  base: string,
  apt: HostApt,
  folders: { work: string; upper: string },
  onLine: (line: string) => void,
): Promise<void> {
  const { work, upper } = folders;
  for (const name of ["overlay", "root"]) await mkdir(join(work, name), { recursive: true });
  await mkdir(upper, { recursive: true });
  // It becomes the machine's /, whatever the umask here.
  await chmod(upper, 0o755);
  await writeFile(
    join(work, "settings"),
    [...apt.settings, 'Acquire::Languages { "none"; };'].map((line) => `${line}\n`).join(""),
  );
  await runIsolated(
    layerScript,
    [base, upper, join(work, "overlay"), join(work, "root"), join(work, "settings"), ...packageList(packages)],
    onLine,
  );
}

const layerScript = String.raw`
base=$1 upper=$2 overlay=$3 root=$4 settings=$5
shift 5
mount -t overlay overlay -o "lowerdir=$base,upperdir=$upper,workdir=$overlay" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "$root/dev/$(echo "$device" | cut -d: -f1)" c 1 "$(echo "$device" | cut -d: -f2)"; done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$settings" "$root/etc/apt/apt.conf.d/00building"
echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/00building"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[ -e "$root/etc/hosts" ] && hosts=kept || { hosts=added; : > "$root/etc/hosts"; }
mount --bind /etc/hosts "$root/etc/hosts"
chroot "$root" apt-get --quiet update
chroot "$root" apt-get --quiet install --yes -- "$@"
umount "$root/etc/hosts"
[ "$hosts" = kept ] || rm "$root/etc/hosts"
rm -f "$root/etc/resolv.conf" "$root/usr/sbin/policy-rc.d" "$root/etc/apt/apt.conf.d/00building" "$root/etc/dpkg/dpkg.cfg.d/00building"
find "$root/var/cache/apt" "$root/var/lib/apt/lists" -type f ! -name lock -delete
rm -f "$root"/var/log/*.log "$root"/var/log/apt/*
umount -l "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp"
umount "$root"
`;
