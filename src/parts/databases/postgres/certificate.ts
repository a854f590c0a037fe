import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, run } from "../../host/command.js";
import type { ImageUser } from "../../engine/program.js";

/** Files of a server's TLS certificate, as postgresql.conf names them. */
export const certificateFiles = { key: "server.key", certificate: "server.crt" } as const;

/**
 * A self-signed certificate for one server, by the image's own openssl (which Debian's PostgreSQL depends on), written into
 * its data folder.
 */
export async function makeCertificate(root: string, id: string, data: string, user: ImageUser): Promise<void> {
  const pem = await run(
    command(
      "chroot",
      root,
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "3650", "-subj", `/CN=${id}`, "-keyout", "-"],
    ),
  );
  const cut = pem.indexOf("-----BEGIN CERTIFICATE-----");
  for (const [file, text] of [
    [certificateFiles.key, pem.slice(0, cut)],
    [certificateFiles.certificate, pem.slice(cut)],
  ] as const) {
    writeFileSync(join(data, file), `${text.trim()}\n`, { mode: 0o600 });
    chownSync(join(data, file), user.uid, user.gid);
  }
}
