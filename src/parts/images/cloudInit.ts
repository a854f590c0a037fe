/** cloud-init's part of the machine image. */

/** Only the Ec2 datasource, over IMDSv2, with the network left as it is. */
export const cloudInitConfig = `datasource_list: [ Ec2 ]
datasource:
  Ec2:
    metadata_urls: [ 'http://169.254.169.254' ]
    strict_id: false
    apply_full_imds_network_config: false
    timeout: 5
    max_wait: 20
network: {config: disabled}
manage_etc_hosts: false
ssh_genkeytypes: [ ed25519, ecdsa ]
ssh_quiet_keygen: true
no_ssh_fingerprints: true
ssh: {emit_keys_to_console: false}
apt: {preserve_sources_list: true}
${defaultUserConfig("ec2-user")}`;

/** Who gets the key pair's public key: `ec2-user` on Amazon Linux, `admin` on Debian. */
export function defaultUserConfig(name: "ec2-user" | "admin"): string {
  return `system_info:
  default_user:
    name: ${name}
    gecos: ${name === "ec2-user" ? "EC2 Default User" : "Debian"}
    lock_passwd: true
    groups: [adm, sudo]
    sudo: ["ALL=(ALL) NOPASSWD:ALL"]
    shell: /bin/bash
`;
}

/** The modules that mean something here; each module left out saves its import. */
export const cloudInitModules = `cloud_init_modules: [seed_random, bootcmd, write-files, disk_setup, mounts, set_hostname, update_hostname, update_etc_hosts, ca-certs, users-groups, ssh]
cloud_config_modules: [set-passwords, apt-configure, timezone, runcmd]
cloud_final_modules: [package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once, scripts-per-boot, scripts-per-instance, scripts-user, phone-home, final-message, power-state-change]
`;

/**
 * All four stages in one process: three interpreter starts fewer, which halves the boot. Debian runs them as four
 * units; sshd and the like may start after the second stage here as there (READY=1).
 */
export const cloudInitAllStages = String.raw`#!/usr/bin/python3
import gc
import os
import socket
import sys

gc.disable()
from cloudinit import signal_handler
from cloudinit.cmd import main as cloud_init

# Its handler turns SIGTERM into an exception that ends one stage; here it must end all of them.
signal_handler.attach_handlers = lambda: None


def ready():
    address = os.environ.pop("NOTIFY_SOCKET", None)
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.connect("\0" + address[1:] if address[0] == "@" else address)
            notify.send(b"READY=1")


def stage(*arguments):
    sys.argv = ["cloud-init", *arguments]
    try:
        cloud_init.main(sys.argv)
    except SystemExit:
        pass
    except BaseException as error:
        print("cloud-init", *arguments, "failed:", error, file=sys.stderr)


# Each stage redirects output to its log; the next one must start from the service's own.
out, err = os.dup(1), os.dup(2)
for number, arguments in enumerate([("init", "--local"), ("init",), ("modules", "--mode=config"), ("modules", "--mode=final")]):
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(out, 1)
    os.dup2(err, 2)
    stage(*arguments)
    if number == 1:
        ready()
`;

export const cloudInitUnit = `[Unit]
Description=cloud-init (all stages)
DefaultDependencies=no
RequiresMountsFor=/var/lib/cloud
After=systemd-tmpfiles-setup.service systemd-sysusers.service
Wants=network-online.target
Before=network-online.target ssh.service shutdown.target systemd-user-sessions.service multi-user.target
Conflicts=shutdown.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/local/lib/machine/cloud-init-all
RemainAfterExit=yes
TimeoutStartSec=infinity
TimeoutStopSec=5s
KillMode=process
TasksMax=infinity
Environment=HOME=/root
StandardOutput=journal

[Install]
WantedBy=multi-user.target
`;
