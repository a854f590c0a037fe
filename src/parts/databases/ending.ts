import { setTimeout as pause } from "node:timers/promises";
import { killContainer, observeContainer, removeContainer } from "../host/container.js";
import { removeDisk } from "./disk.js";
import { ServerEnded } from "./ended.js";
import type { ServerPlace } from "./place.js";

/** Ask a server to end by the engine's own signal for it; after `seconds` it is killed. Stopped already succeeds. */
export async function endServer(place: ServerPlace, signal: "SIGINT" | "SIGTERM", seconds: number): Promise<void> {
  const seen = observeContainer(place);
  if (seen.state === "running") {
    tell(seen.pid, signal);
    const until = Date.now() + seconds * 1000;
    while (observeContainer(place).state === "running" && Date.now() < until) await pause(5);
  }
  await killContainer(place);
}

/** @throws ServerEnded */
export function expectRunning(place: ServerPlace, id: string): void {
  if (observeContainer(place).state !== "running") throw new ServerEnded(`the server ${id} has ended`);
}

/** End it at once, and delete all it had. Gone already succeeds. */
export async function removeServer(place: ServerPlace): Promise<void> {
  await killContainer(place);
  await removeDisk(place.folder);
  await removeContainer(place);
}

function tell(pid: number, signal: "SIGINT" | "SIGTERM"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself just now.
  }
}
