import { once } from "node:events";
import { connect } from "node:net";

/** One answer as it came over the connection. */
export interface Spoken {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Send bytes over a connection of its own and read until the server closes it: every answer, in order.
 * @param parts sent one after another; between two of them the server gets its turn.
 * @param end half-close after the last part, as a client does that will send no more.
 */
export async function speak(port: number, parts: string | readonly (string | Buffer)[], end = false): Promise<Spoken[]> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const closed = once(socket, "close");
  for (const part of [parts].flat()) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (end) socket.end();
  await closed;
  return answersIn(Buffer.concat(chunks));
}

/** @throws when the bytes are not whole HTTP answers, one after the other. */
export function answersIn(bytes: Buffer): Spoken[] {
  const answers: Spoken[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) throw new Error(`no end of the headers: ${bytes.toString("latin1", at, at + 200)}`);
    const [first = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
    if (status === undefined) throw new Error(`no status line: ${first}`);
    if (status === "100") {
      at = end + 4;
      continue;
    }
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const length = Number(headers["content-length"] ?? 0);
    const body = bytes.toString("utf8", end + 4, end + 4 + length);
    if (Buffer.byteLength(body) !== length) throw new Error(`a body of ${Buffer.byteLength(body)} bytes instead of ${length}`);
    answers.push({ status: Number(status), headers, body });
    at = end + 4 + length;
  }
  return answers;
}
