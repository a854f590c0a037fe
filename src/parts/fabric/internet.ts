import type { Command } from "../host/command.js";
import type { RegionLabel } from "../host/label.js";
import { withTerminal, type TerminalSize } from "../host/terminal.js";
import { internet } from "./spec.js";
import { internetName } from "./vpc.js";

/** Who runs a command in the simulated internet, and where. */
export interface InternetCommandOptions {
  readonly uid: number;
  readonly gid: number;
  /** Folder of the host to run in; default `/`. */
  readonly cwd?: string;
  /** Give it a terminal. */
  readonly tty?: TerminalSize;
}

/**
 * A program of this host that sees the network as a host of the simulated internet does: its packets come from
 * `internet.host`, its names are the internet's. It keeps the host's files and the environment it is run with.
 */
export function internetCommand(label: RegionLabel, argv: readonly string[], options: InternetCommandOptions): Command {
  const { uid, gid, cwd = "/", tty } = options;
  const inner = tty === undefined ? argv : withTerminal(argv, tty);
  const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
  return {
    argv: [
      "nsenter",
      `--net=/run/netns/${internetName(label)}`,
      "unshare",
      "--mount",
      "sh",
      "-ec",
      script,
      "sh",
      `nameserver ${internet.resolver}\noptions timeout:2 attempts:2\n`,
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
