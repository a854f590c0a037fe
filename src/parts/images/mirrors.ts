import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Folders } from "../host/folders.js";
import { hostApt } from "./hostApt.js";
import { builtImage, imageRoots } from "./images.js";

/** What the package proxy needs to know of the way to the mirrors. `host:port`, lower case. */
export interface MirrorAccess {
  readonly mirrors: ReadonlySet<string>;
  /** The host's own http proxy for packages. */
  readonly upstream?: string;
}

/** Of the machine image, whose apt asks for these, and of this host's apt; no mirrors while the image is not built. */
export async function findMirrors(folders: Folders): Promise<MirrorAccess> {
  const image = builtImage({ kind: "machine" }, folders);
  const root = image === undefined ? undefined : imageRoots(folders, image).at(-1);
  return mirrorAccess(root === undefined ? [] : sourceLines(join(root, "etc/apt")), (await hostApt()).settings);
}

const sourceLines = (apt: string): readonly string[] =>
  [join(apt, "sources.list"), ...filesIn(join(apt, "sources.list.d"))]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"));

const filesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** From lines of apt's lists of sources, in either form, and of `apt-config dump`. Pure. */
export function mirrorAccess(sources: readonly string[], settings: readonly string[]): MirrorAccess {
  const mirrors = sources.flatMap((line) => {
    const uri = /^(?:deb\s|URIs:).*?\b(?:mirror\+)?(https?:\/\/[^\s\]]+)/.exec(line)?.[1];
    return uri === undefined ? [] : [hostAndPort(uri)];
  });
  const proxy = settings
    .map((line) => /^Acquire::https?::Proxy "(http:\/\/[^"]+)";$/.exec(line)?.[1])
    .find((uri) => uri !== undefined);
  return { mirrors: new Set(mirrors), ...(proxy === undefined ? {} : { upstream: hostAndPort(proxy) }) };
}

function hostAndPort(uri: string): string {
  const { hostname, port, protocol } = new URL(uri);
  return `${hostname.toLowerCase()}:${port || (protocol === "https:" ? 443 : 80)}`;
}
