import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A stamp is one line of text in a file that says from what a thing was made; a different line means: make it again. */

/**
 * Every file below the paths that passes, in a fixed order. Paths that are not there are left out.
 * @param {readonly string[]} paths
 * @param {(path: string) => boolean} [passes]
 * @returns {string[]}
 */
export function filesBelow(paths, passes = () => true) {
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {string} */ path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory())
      readdirSync(path)
        .sort()
        .forEach((name) => visit(join(path, name)));
    else if (stat && passes(path)) found.push(path);
  };
  paths.forEach(visit);
  return found;
}

/** Names, sizes and times of files: quick, and right for sources that only an editor or git changes. */
export const stampOfTimes = (files) =>
  digest(files.map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`).join("\n"));

/** Contents of files: for what takes long to make and seldom changes. */
export const stampOfContents = (files) => digest(files.map((file) => `${file} ${digest(readFileSync(file))}`).join("\n"));

export function isStamped(file, stamp) {
  try {
    return readFileSync(file, "utf8") === stamp;
  } catch {
    return false;
  }
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

const digest = (content) => createHash("sha256").update(content).digest("hex");
