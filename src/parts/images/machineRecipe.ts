import type { Recipe } from "./recipe.js";
import { cloudInitAllStages, cloudInitConfig, cloudInitModules, cloudInitUnit } from "./cloudInit.js";

/**
 * The machine image: Debian with systemd, cloud-init and sshd, made to boot in a container in under a second. What
 * differs from Debian's own cloud image is here and in `cloudInit.ts`, each with its reason.
 */
export const machineRecipe: Recipe = {
  name: "machine",
  packages: [
    "systemd",
    "systemd-sysv",
    "libpam-systemd",
    "dbus",
    "cloud-init",
    "python3",
    "iproute2",
    "curl",
    "wget",
    "ca-certificates",
    "openssh-server",
    "sudo",
    "procps",
    "iputils-ping",
    "netbase",
    "less",
    "nftables",
  ],
  files: {
    // The journal lives in memory: flushing it to disk costs a third of the boot. Nothing reads the host's kernel log.
    "/etc/systemd/journald.conf.d/10-machine.conf": {
      text: "[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nReadKMsg=no\nAudit=no\nForwardToConsole=no\n",
    },
    "/etc/systemd/system.conf.d/10-machine.conf": {
      text: "[Manager]\nDefaultTimeoutStopSec=10s\nShowStatus=no\nLogTarget=journal\n",
    },
    "/etc/cloud/cloud.cfg.d/90-machine.cfg": { text: cloudInitConfig },
    "/etc/cloud/cloud.cfg.d/91-modules.cfg": { text: cloudInitModules },
    "/usr/local/lib/machine/cloud-init-all": { text: cloudInitAllStages, mode: 0o755 },
    "/etc/systemd/system/cloud-init-all.service": { text: cloudInitUnit },
    "/etc/sudoers.d/80-default-users": { text: "ec2-user ALL=(ALL) NOPASSWD:ALL\nadmin ALL=(ALL) NOPASSWD:ALL\n", mode: 0o440 },
    "/etc/fstab": { text: "" },
  },
  masks: [
    // Devices, kernel and clock belong to the host.
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udev-trigger.service",
    "systemd-modules-load.service",
    "kmod-static-nodes.service",
    "systemd-remount-fs.service",
    "systemd-fsck-root.service",
    "systemd-pstore.service",
    "systemd-hwdb-update.service",
    "systemd-binfmt.service",
    "systemd-repart.service",
    "systemd-pcrphase.service",
    "systemd-pcrphase-sysinit.service",
    "systemd-random-seed.service",
    "systemd-sysctl.service",
    "systemd-timesyncd.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-journald-audit.socket",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-fs-fuse-connections.mount",
    "proc-sys-fs-binfmt_misc.automount",
    "proc-sys-fs-binfmt_misc.mount",
    "cryptsetup.target",
    "veritysetup.target",
    "integritysetup.target",
    "remote-fs.target",
    // The network namespace is ready before the machine is.
    "systemd-network-generator.service",
    "networking.service",
    "ifup@.service",
    "systemd-networkd.service",
    "systemd-networkd-wait-online.service",
    // No terminal to log in at.
    "getty.target",
    "console-getty.service",
    // Done in the image, or of no use on a disk that lives as long as its machine.
    "systemd-firstboot.service",
    "systemd-machine-id-commit.service",
    "systemd-sysusers.service",
    "systemd-journal-flush.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-tmpfiles-clean.timer",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "fstrim.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "dpkg-db-backup.timer",
    // cloud-init runs as one service, see cloudInit.ts.
    "cloud-init-hotplugd.socket",
    "cloud-init-local.service",
    "cloud-init.service",
    "cloud-config.service",
    "cloud-final.service",
  ],
  script: String.raw`
root=$1
etc=$root/etc
# Identity is made at first boot, names are written when a machine is created.
rm -f "$etc"/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$etc/resolv.conf" "$etc/hostname"
: > "$etc/machine-id"

# Generators would run before every boot and find nothing here.
mkdir -p "$etc/systemd/system-generators"
for generator in cloud-init-generator systemd-cryptsetup-generator systemd-gpt-auto-generator \
  systemd-hibernate-resume-generator systemd-integritysetup-generator systemd-veritysetup-generator \
  systemd-system-update-generator systemd-sysv-generator systemd-debug-generator systemd-run-generator \
  systemd-getty-generator systemd-fstab-generator; do
  ln -sf /dev/null "$etc/systemd/system-generators/$generator"
done
for wants in multi-user timers getty sysinit; do
  for unit in e2scrub remote-fs apt fstrim dpkg getty systemd-pstore; do
    rm -f "$etc/systemd/system/$wants.target.wants/$unit"*
  done
done
# The first login or power-off starts it, over D-Bus.
rm -f "$root/lib/systemd/system/multi-user.target.wants/systemd-logind.service"
ln -sf /lib/systemd/system/multi-user.target "$etc/systemd/system/default.target"
rm -rf "$etc/systemd/system/cloud-init.target.wants"
ln -sf ../cloud-init-all.service "$etc/systemd/system/multi-user.target.wants/cloud-init-all.service"

chroot "$root" useradd --create-home --shell /bin/bash --comment "EC2 Default User" --groups adm,sudo ec2-user
chroot "$root" useradd --create-home --shell /bin/bash --comment "Debian" --groups adm,sudo admin

# A container has no DMI, so cloud-init could not see that it is on EC2 and would not ask for a session token.
source=$root/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py
sed -i 's/^def identify_platform():/def identify_platform():\n    return CloudNames.AWS\n\n\ndef _identify_platform_dmi():/' "$source"
# The metadata service answers before boot: no DHCP in the local stage.
sed -i 's/^    perform_dhcp_setup = True.*/    perform_dhcp_setup = False/' "$source"
# It resolves names that do not exist before it asks an address, and would wait for a resolver that may not be there.
sed -i 's/^def is_resolvable(name):$/def is_resolvable(name):\n    if name.replace(".", "").isdigit():\n        return True/' "$root/usr/lib/python3/dist-packages/cloudinit/util.py"
grep -q '_identify_platform_dmi' "$source" || { echo "E: cloud-init's Ec2 datasource has changed, the platform patch found nothing" >&2; exit 1; }
chroot "$root" python3 -m compileall -q /usr/lib/python3/dist-packages/cloudinit/ || true
`,
};
