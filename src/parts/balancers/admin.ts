import { connect } from "node:net";

/**
 * One command to HAProxy's admin socket and its answer (https://docs.haproxy.org/2.6/management.html, 9.3). `socket` is a
 * path; rejects when nothing listens.
 */
export const ask = (socket: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const connection = connect(socket);
    const parts: Buffer[] = [];
    connection.setTimeout(5000, () => connection.destroy(new Error(`HAProxy did not answer \`${command}\` within 5 s`)));
    connection.on("data", (part: Buffer) => parts.push(part));
    connection.on("end", () => resolve(Buffer.concat(parts).toString("utf8").trim()));
    connection.on("error", reject);
    connection.end(`${command}\n`);
  });

/** One line of `show stat`: values by the names of its header line. Pure. */
export function statistics(csv: string): Readonly<Record<string, string>>[] {
  const [header, ...lines] = csv.split("\n").filter((line) => line !== "");
  const names = cells((header ?? "").replace(/^# /, ""));
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  });
}

/** Cells of a CSV line; a quoted one may hold commas and doubled quotes. */
const cells = (line: string): string[] =>
  [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)]
    .map((match) => (match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"')))
    .slice(0, -1);
