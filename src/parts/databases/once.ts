import { setTimeout as pause } from "node:timers/promises";
import { startEngine, type EngineProgram } from "../engine/program.js";
import { consoleTail, killContainer, observeContainer, type ContainerPlace } from "../host/container.js";

/**
 * Run a program of the engine image to its end. One that is at it for an incarnation that was killed is ended first.
 * @throws with what it said when it fails; `what` completes "… failed"
 */
export async function runOnce(place: ContainerPlace, what: string, program: EngineProgram): Promise<void> {
  await killContainer(place);
  await startEngine(place, program);
  let seen = observeContainer(place);
  for (; seen.state === "running"; seen = observeContainer(place)) await pause(10);
  if (seen.exit !== 0) throw new Error(`${what} failed (exit ${seen.exit}): ${consoleTail(place, 1500).trim()}`);
}
