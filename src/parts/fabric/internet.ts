import type { Command } from "../host/command.js";
import type { RegionLabel } from "../host/label.js";
import { withTerminal, type TerminalSize } from "../host/terminal.js";
import { internet } from "./spec.js";
import { internetName } from "./vpc.js";

/** Who runs a command in the model's network, and where on this host. */
export interface HostCommandOptions {
  readonly uid: number;
  readonly gid: number;
  /** Folder of the host to run in; default `/`. */
  readonly cwd?: string;
  /** Give it a terminal. */
  readonly tty?: TerminalSize;
}

/** From where in the model's network a program looks at it: a namespace, and who resolves names there. */
export interface Standpoint {
  readonly namespace: string;
  readonly resolver: string;
}

/** As a host of the simulated internet: packets come from `internet.host`, names are the internet's. */
export const onTheInternet = (label: RegionLabel): Standpoint => ({
  namespace: internetName(label),
  resolver: internet.resolver,
});

/** A program of this host that sees the network from a standpoint. It keeps the host's files and the environment it is run with. */
export function hostCommand(from: Standpoint, argv: readonly string[], options: HostCommandOptions): Command {
  const { uid, gid, cwd = "/", tty } = options;
  const inner = tty === undefined ? argv : withTerminal(argv, tty);
  const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
  return {
    argv: [
      "nsenter",
      `--net=/run/netns/${from.namespace}`,
      "unshare",
      "--mount",
      // A program that stays must not keep what the host unmounts: the disk of a database could not grow.
      "--propagation",
      "slave",
      "sh",
      "-ec",
      script,
      "sh",
      `nameserver ${from.resolver}\noptions timeout:2 attempts:2\n`,
      cwd,
      ...become,
      ...inner,
    ],
  };
}

/**
 * In a mount namespace of its own: our resolver instead of the host's, also for programs that would ask a resolver's socket
 * instead of reading the file. The file has no name any more when the program starts.
 */
const script = String.raw`
file=$(mktemp)
printf %s "$1" >"$file"
chmod 644 "$file"
[ ! -e /etc/resolv.conf ] || mount --bind "$file" /etc/resolv.conf
rm "$file"
for socket in /run/systemd/resolve/io.systemd.Resolve /run/nscd/socket; do
  [ ! -S "$socket" ] || mount --bind /dev/null "$socket"
done
cd "$2"
shift 2
exec "$@"
`;
