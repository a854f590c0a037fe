import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailed, run } from "../host/command.js";

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
 * DNS names that the endpoints' certificate is for; for other names than before they get another one of the same authority, for
 * those who trust it are many.
 */
export async function ensureAuthority(folder: string, root: string, names: readonly string[]): Promise<Authority> {
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const subjects = names.map((name) => `DNS:${name}`).join(",");
  if (!existsSync(folder)) await make(folder, root, subjects);
  else if (!existsSync(join(folder, namesFile)) || read(namesFile).trim() !== subjects) await renew(folder, root, subjects);
  return {
    certificate: read(authorityFile),
    hashed: `${read("ca.hash").trim()}.0`,
    endpoints: { key: read("endpoints.key"), certificate: read("endpoints.crt") },
  };
}

/**
 * A certificate of the authority in `folder` for one server of these names, with its key; kept by nobody but the caller. The authority
 * must be there (`ensureAuthority`).
 */
export async function issueCertificate(
  folder: string,
  root: string,
  names: readonly string[],
): Promise<{ readonly key: string; readonly certificate: string }> {
  const pem = await openssl(folder, root, newServer, names.map((name) => `DNS:${name}`).join(","));
  const cut = pem.indexOf("-----BEGIN CERTIFICATE-----");
  return { key: `${pem.slice(0, cut).trim()}\n`, certificate: `${pem.slice(cut).trim()}\n` };
}

/** Made beside its place and renamed, so that an authority that is there is whole. */
async function make(folder: string, root: string, subjects: string): Promise<void> {
  const making = await emptied(`${folder}.making`);
  await openssl(making, root, `${newAuthority}${newEndpoints}`, subjects);
  await rename(making, folder);
}

/** The names come last, so that what a death on the way left is done again. */
async function renew(folder: string, root: string, subjects: string): Promise<void> {
  const making = await emptied(`${folder}.making`);
  for (const file of [authorityFile, "ca.key"]) await copyFile(join(folder, file), join(making, file));
  await openssl(making, root, newEndpoints, subjects);
  for (const file of ["endpoints.key", "endpoints.crt", namesFile]) await rename(join(making, file), join(folder, file));
  await rm(making, { recursive: true });
}

async function emptied(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

async function openssl(folder: string, root: string, script: string, subjects: string): Promise<string> {
  const argv = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-ec",
    inside,
    "sh",
    folder,
    root,
    script,
    subjects,
  ] as const;
  return run({ argv }).catch((error: unknown) => {
    const said = error instanceof CommandFailed ? error.stderr.trim() || `exit code ${error.exitCode}` : String(error);
    throw new Error(`the region's certificates could not be made in ${folder}: ${said}`, { cause: error });
  });
}

/** The folder appears in the image (at a place that Debian's base system has) for as long as openssl runs. */
const inside = String.raw`
mount --bind "$1" "$2/srv"
exec chroot "$2" /bin/sh -ec "$3" sh "$4"
`;

/** Ten years, as nothing here is trusted outside the model. */
const newAuthority = String.raw`
cd /srv
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=Sandtable local authority" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt 2>/dev/null
openssl x509 -in ca.crt -noout -hash >ca.hash
chmod 644 ca.crt
`;

const newEndpoints = String.raw`
cd /srv
umask 077
openssl req -x509 -CA ca.crt -CAkey ca.key -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj "/CN=AWS endpoints of a Sandtable region" -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$1" \
  -addext extendedKeyUsage=serverAuth -keyout endpoints.key -out endpoints.crt 2>/dev/null
echo "$1" >names
`;

const newServer = String.raw`
cd /srv
openssl req -x509 -CA ca.crt -CAkey ca.key -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj "/CN=A server of a Sandtable region" -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$1" \
  -addext extendedKeyUsage=serverAuth -keyout - 2>/dev/null
`;

/** What the endpoints' certificate is for, as openssl was told. */
const namesFile = "names";
