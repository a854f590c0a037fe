import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { command, run } from "../host/command.js";

/**
 * The certificate authority of one region, which its machines trust and nobody else knows, and the certificate that the AWS
 * endpoints of the simulated internet show. PEM texts.
 */
export interface Authority {
  /** Of the authority itself. */
  readonly certificate: string;
  /** OpenSSL's name for it in a folder of certificates, e.g. `5f1b4d2a.0`. */
  readonly hashed: string;
  /** Of the endpoints. */
  readonly endpoints: { readonly key: string; readonly certificate: string };
}

/** File of the authority's own certificate in its folder, readable by everyone. */
export const authorityFile = "ca.crt";

/**
 * The authority kept in `folder`, made when it is not there, by the openssl of the engine image at `root`. `names` are the
 * DNS names that the endpoints' certificate is for.
 */
export async function ensureAuthority(folder: string, root: string, names: readonly string[]): Promise<Authority> {
  if (!existsSync(folder)) await make(folder, root, names);
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  return {
    certificate: read(authorityFile),
    hashed: `${read("ca.hash").trim()}.0`,
    endpoints: { key: read("endpoints.key"), certificate: read("endpoints.crt") },
  };
}

/** Made beside its place and renamed, so that an authority that is there is whole. */
async function make(folder: string, root: string, names: readonly string[]): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o755 });
  const subjects = names.map((name) => `DNS:${name}`).join(",");
  await run(command("unshare", "--mount", "--propagation", "private", "sh", "-ec", inside, "sh", making, root, script, subjects));
  await rename(making, folder);
}

/** The folder appears in the image (at a place that Debian's base system has) for as long as openssl runs. */
const inside = String.raw`
mount --bind "$1" "$2/srv"
exec chroot "$2" /bin/sh -ec "$3" sh "$4"
`;

/** Ten years, as nothing here is trusted outside the model. */
const script = String.raw`
cd /srv
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=Sandtable local authority" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt 2>/dev/null
openssl req -x509 -CA ca.crt -CAkey ca.key -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj "/CN=AWS endpoints of a Sandtable region" -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$1" \
  -addext extendedKeyUsage=serverAuth -keyout endpoints.key -out endpoints.crt 2>/dev/null
openssl x509 -in ca.crt -noout -hash >ca.hash
chmod 644 ca.crt
`;
