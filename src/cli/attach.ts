import { ask, type ControlRequest } from "./control.js";

/** The terminal side of a command that runs inside the model: its streams go over the control socket. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * Run `internet` or `connect` and give the command's exit code. With a terminal on both ends it gets one of its own
 * (raw here, so that Ctrl-C is the command's); otherwise its streams are plain pipes.
 */
export async function attach(
  state: string,
  request: Omit<ControlRequest, "verb"> & { verb: "internet" | "connect"; argv: readonly string[] },
  streams: Streams = process,
): Promise<number> {
  const { stdin, stdout, stderr } = streams;
  const tty = stdin.isTTY === true && stdout.isTTY === true;
  const size = () => ({ cols: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const { TERM, LANG } = process.env;
  const env = { ...(TERM === undefined ? {} : { TERM }), ...(LANG === undefined ? {} : { LANG }) };
  let clean = (): void => undefined;
  try {
    const result = await ask(
      state,
      { ...request, tty, ...size(), cwd: process.cwd(), env, uid: process.getuid?.() ?? 0 },
      {
        onProgress: (text) => void stderr.write(`${text}\n`),
        onFrame: (frame) => {
          if (frame.stdout !== undefined) stdout.write(Buffer.from(frame.stdout, "base64"));
          if (frame.stderr !== undefined) stderr.write(Buffer.from(frame.stderr, "base64"));
        },
        onOpen: (send) => {
          const onData = (chunk: Buffer) => send({ stdin: chunk.toString("base64") });
          const onEnd = () => send({ stdinEnd: true });
          const onResize = () => send({ resize: size() });
          stdin.on("data", onData).on("end", onEnd);
          if (tty) {
            stdin.setRawMode(true);
            stdout.on("resize", onResize);
          }
          clean = () => {
            stdin.off("data", onData).off("end", onEnd);
            stdout.off("resize", onResize);
            if (tty) stdin.setRawMode(false);
            // An open standard input would keep this process alive after its work is done.
            stdin.pause().unref?.();
          };
        },
      },
    );
    return exitCodeIn(result);
  } finally {
    clean();
  }
}

const exitCodeIn = (result: unknown): number =>
  typeof result === "object" && result !== null && "exitCode" in result && typeof result.exitCode === "number"
    ? result.exitCode
    : 1;
