import { NoAnswer } from "../../../parts/databases/noanswer.js";
import type { DatabaseEngine, ServerSpec } from "../../../parts/databases/spec.js";

/** Does it run and not answer, twice in a row for five seconds? To be asked where somebody could take its place. */
export const isHung = async (spec: ServerSpec, engine: DatabaseEngine): Promise<boolean> =>
  (await isSilent(spec, engine)) && (await isSilent(spec, engine));

async function isSilent(spec: ServerSpec, engine: DatabaseEngine): Promise<boolean> {
  if (engine.observe(spec.id) !== "ready") return false;
  const gaveNoAnswer = await engine.health(spec).then(
    () => false,
    (error: unknown) => error instanceof NoAnswer,
  );
  // One that ended meanwhile is not hung.
  return gaveNoAnswer && engine.observe(spec.id) === "ready";
}
