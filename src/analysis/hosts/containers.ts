import type { Command, Script } from "./script.js";

/** A container that a script starts by `docker run` (or podman). */
export interface Container {
  readonly image: string | undefined;
  readonly line: number;
  /** Ports of the host that lead to it. */
  readonly published: readonly number[];
  readonly restarts: boolean;
  /** It is on the host's own network: what it listens on is open, whatever is published. */
  readonly usesHostNetwork: boolean;
}

/** Options of `docker run` that stand alone; all others are followed by a value (`-p 80:80`) or carry it (`--restart=always`). */
const flags =
  /^(?:-[dit]+|--(?:detach|rm|tty|interactive|privileged|init|read-only|publish-all|no-healthcheck|oom-kill-disable))$/;

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `80`; ranges by their first port. A port that only the host itself sees is not published. */
function portOf(mapping: string): number | undefined {
  const parts = (mapping.split("/")[0] ?? "").split(":");
  if (parts.length === 3 && /^127\./.test(parts[0] ?? "")) return undefined;
  const port = Number(parts.length > 1 ? (parts[parts.length - 2] ?? "").split("-")[0] : Number.NaN);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

function containerOf({ words, line }: Command): Container | undefined {
  const start = words.findIndex((word) => /(?:^|\/)(?:docker|podman)$/.test(word));
  if (start < 0) return undefined;
  const rest = words.slice(start + 1);
  const run = rest[0] === "container" ? rest.slice(1) : rest;
  if (run[0] !== "run") return undefined;
  const published: number[] = [];
  let restarts = false;
  let usesHostNetwork = false;
  let image: string | undefined;
  for (let index = 1; index < run.length; index += 1) {
    const word = run[index] ?? "";
    if (!word.startsWith("-")) {
      image = word;
      break;
    }
    if (flags.test(word)) continue;
    const [name = "", inline] = word.startsWith("--") ? word.split(/=(.*)/s) : [word.slice(0, 2), word.slice(2) || undefined];
    const value = inline ?? run[++index] ?? "";
    const port = name === "-p" || name === "--publish" ? portOf(value) : undefined;
    if (port !== undefined) published.push(port);
    if (name === "--restart") restarts = value !== "no" && !value.startsWith("on-failure");
    if (name === "--network" || name === "--net") usesHostNetwork = value === "host";
  }
  return { image, line, published, restarts, usesHostNetwork };
}

export const containersOf = (script: Script): readonly Container[] =>
  script.commands.flatMap((command) => containerOf(command) ?? []);

/** Does it start containers in any way, `docker compose` included? */
export const startsContainers = (script: Script): boolean =>
  script.commands.some(({ words }) => {
    const line = words.join(" ");
    return /\b(?:docker|podman)(?:[ -]compose)? (?:.* )?(?:run|up|start)\b/.test(line);
  });
