import type { JourneyRegion } from "./region.js";

export interface Attempt {
  readonly host: string;
  readonly port: number;
}

/**
 * Try to open a TCP connection to each, all at once, with a program run by `run` (in the internet, on an instance, …).
 * Gives `open`, `closed` (refused) or `silent` (nothing came back within the time) for each. Node.js or Python, what is there.
 */
export const nodeProbe = (attempts: readonly Attempt[], milliseconds = 1500): readonly string[] => [
  process.execPath,
  "--eval",
  `const net = require("node:net");
   const attempts = ${JSON.stringify(attempts)};
   Promise.all(attempts.map(({ host, port }) => new Promise((resolve) => {
     const socket = net.connect({ host, port });
     const end = (what) => { socket.destroy(); resolve(what); };
     socket.setTimeout(${milliseconds}, () => end("silent"));
     socket.on("connect", () => end("open"));
     socket.on("error", (error) => end(error.code === "ECONNREFUSED" ? "closed" : "silent"));
   }))).then((found) => console.log(JSON.stringify(found)));`,
];

export const pythonProbe = (attempts: readonly Attempt[], milliseconds = 1500): readonly string[] => [
  "python3",
  "-c",
  `import json, socket
found = []
for host, port in json.loads('${JSON.stringify(attempts.map(({ host, port }) => [host, port]))}'):
    try:
        socket.create_connection((host, port), ${milliseconds / 1000}).close()
        found.append("open")
    except ConnectionRefusedError:
        found.append("closed")
    except OSError:
        found.append("silent")
print(json.dumps(found))`,
];

/** Responses to `count` requests, each over a connection of its own, from the internet. */
export async function requests(region: JourneyRegion, url: string, count: number): Promise<{ instance: string; body: string }[]> {
  const program = `
    (async () => {
      const out = [];
      for (let n = 0; n < ${count}; n++) {
        const response = await fetch(${JSON.stringify(url)}, { headers: { connection: "close" }, signal: AbortSignal.timeout(5000) });
        out.push({ instance: response.headers.get("x-instance"), body: await response.text() });
      }
      console.log(JSON.stringify(out));
    })();`;
  const said = await region.internet(process.execPath, "--eval", program);
  if (said.code !== 0) throw new Error(`requests to ${url} failed: ${said.stderr}`);
  return JSON.parse(said.stdout) as { instance: string; body: string }[];
}
