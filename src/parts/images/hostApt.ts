import { existsSync, readdirSync } from "node:fs";
import { command, run } from "../host/command.js";
import { debianRelease } from "./recipe.js";

/**
 * The way to the package mirrors, taken from the host's own apt when an image is built: where the packages come from
 * (mirrors), and how they are reached (proxies, certificates, leniency about dates). No mirror is named in our code.
 */
export interface HostApt {
  /** Lines for a sources.list of `debianRelease`. Empty: the host knows no Debian mirror, so mmdebstrap's default is used. */
  readonly sources: readonly string[];
  /** apt.conf lines in force while building. */
  readonly settings: readonly string[];
  /** Those of them that also hold inside the image: the rest (proxies) are addresses of the host's network. */
  readonly lasting: readonly string[];
}

export async function hostApt(): Promise<HostApt> {
  const format = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)";
  const targets = await run(command("apt-get", "indextargets", "--format", format, "Created-By: Packages"));
  const settings = aptSettings(await run(command("apt-config", "dump", "Acquire")));
  return { sources: debianSources(targets, await hostRelease(), keyring()), ...settings };
}

async function hostRelease(): Promise<string | undefined> {
  const text = await run(command("sh", "-c", '. /etc/os-release; [ "$ID" = debian ] && echo "$VERSION_CODENAME" || true'));
  return text.trim() === "" ? undefined : text.trim();
}

/** Newer hosts name the keyring in each source and trust no key in general. */
function keyring(): string | undefined {
  const trusted = existsSync("/etc/apt/trusted.gpg.d") ? readdirSync("/etc/apt/trusted.gpg.d") : [];
  const debian = "/usr/share/keyrings/debian-archive-keyring.gpg";
  return trusted.some((name) => name.startsWith("debian-archive-")) || !existsSync(debian) ? undefined : debian;
}

/**
 * Sources for our release out of `apt-get indextargets` (one `uri|suite|component|keyring` a line): the host's own
 * release is replaced by ours, other vendors' repositories are left out.
 */
export function debianSources(targets: string, hostRelease: string | undefined, keyring: string | undefined): string[] {
  const lines = new Set<string>();
  for (const target of targets.split("\n")) {
    const [uri = "", suite = "", component, signedBy = ""] = target.split("|");
    if (component !== "main" || !/^(https?|mirror\+https?|mirror):/.test(uri)) continue;
    const ours = [hostRelease, debianRelease].find(
      (name) => name !== undefined && (suite === name || suite.startsWith(`${name}-`)),
    );
    if (ours === undefined || hostRelease === undefined) continue;
    const pocket = suite.slice(ours.length);
    if (!["", "-updates", "-security"].includes(pocket)) continue;
    const key = signedBy.startsWith("/") ? signedBy : keyring;
    lines.add(`deb ${key === undefined ? "" : `[signed-by=${key}] `}${uri} ${debianRelease}${pocket} main`);
  }
  // Without the release itself (a host that only lists some vendor's repository) the rest is no use.
  return [...lines].some((line) => line.endsWith(` ${debianRelease} main`)) ? [...lines] : [];
}

/** What of `apt-config dump Acquire` tells how mirrors are reached. */
export function aptSettings(dump: string): { settings: string[]; lasting: string[] } {
  const ways = /^Acquire::(https?|Retries|Check-|ForceIPv|Proxy|AllowInsecure|AllowWeak|AllowDowngrade)/;
  const settings = dump.split("\n").filter((line) => ways.test(line) && !line.endsWith(' "";'));
  return { settings, lasting: settings.filter((line) => /^Acquire::(Check-|Retries)/.test(line)) };
}
