import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { enginePlace, imageUserOf, type EngineProgram } from "../engine/program.js";
import { removeContainer } from "../host/container.js";
import { ownedFolder } from "./files.js";
import { runOnce } from "./once.js";
import { inside, type EngineOptions } from "./place.js";

/** A setting that an engine has, in the engine's own words and units. */
export interface EngineParameter {
  /** In lower case. */
  readonly name: string;
  readonly type: "boolean" | "integer" | "real" | "string" | "choice" | "choices";
  /** Of `choice` and `choices`. */
  readonly values?: readonly string[];
  /** Of numbers, inclusive, as text: MariaDB's go beyond what a JavaScript number holds. */
  readonly range?: { readonly least: string; readonly most: string };
  /** What the engine takes by itself; unset: none, or what depends on the host. */
  readonly standard?: string;
  /** Of its values, e.g. `8kB`, `ms`. */
  readonly unit?: string;
  /** It is taken at the start of the server only. */
  readonly takesRestart: boolean;
  /** The engine's own grouping; empty where it has none. */
  readonly category: string;
  readonly description: string;
}

/** How an engine is asked for its settings. */
export interface Question {
  /** Names the file that is kept, with the image's identity. */
  readonly name: string;
  readonly user: string;
  /** A shell's, which leaves the answer in `answerFile`, from an empty folder at `inside.disk`. */
  readonly script: string;
  /** Given to the script as its first argument. */
  readonly argument: string;
  /** Folders of the host that the script reads. */
  readonly folders?: EngineProgram["folders"];
}

export const answerFile = `${inside.disk}/catalogue.tsv`;

/** What the engine image's program answers, asked once per image and kept beside the templates. */
export async function askEngine({ label, root, templates }: EngineOptions, question: Question): Promise<string> {
  const kept = join(templates, `${question.name}.tsv`);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  // Two regions may be at it at once: each works on its own, and the first to finish wins.
  const place = enginePlace(label, `${question.name}-asked`, `${kept}.${label.code}`);
  await removeContainer(place);
  mkdirSync(templates, { recursive: true, mode: 0o700 });
  const disk = join(place.folder, "disk");
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  ownedFolder(disk, imageUserOf(root, question.user));
  try {
    await runOnce(place, `Asking ${question.name} for its settings`, {
      root,
      user: question.user,
      hostname: "catalogue",
      folders: { [inside.disk]: disk, ...question.folders },
      argv: ["/bin/sh", "-c", question.script, "sh", question.argument],
    });
    renameSync(join(disk, "catalogue.tsv"), kept);
  } finally {
    await removeContainer(place);
    rmSync(place.folder, { recursive: true, force: true });
  }
  return readFileSync(kept, "utf8");
}

/** Rows as both engines write them for files: fields between tabs, a backslash before what would be read otherwise, `\N` for none. Pure. */
export const rowsOf = (text: string): readonly (readonly (string | undefined)[])[] =>
  (text.match(/(?:\\[\s\S]|[^\\\n])+/g) ?? []).map((line) =>
    [...line.matchAll(/(?:^|\t)((?:\\[\s\S]|[^\\\t])*)/g)].map(([, field = ""]) =>
      field === String.raw`\N` ? undefined : plain(field),
    ),
  );

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };
const plain = (field: string): string => field.replace(/\\([\s\S])/g, (_all, letter: string) => escapes[letter] ?? letter);
