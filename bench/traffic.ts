import { spawn, type ChildProcess } from "node:child_process";
import { run } from "../src/parts/host/command.js";

/**
 * Traffic between two namespaces, by Perl, which every Debian has and which costs little beside the kernel: bytes a second of one
 * TCP connection, and connections a second (connect, one byte each way, reset) of four processes in turn.
 */
const server = `
use Socket;
$SIG{CHLD} = "IGNORE";
my ($kind, $port) = @ARGV;
socket(my $listen, AF_INET, SOCK_STREAM, 0) or die $!;
setsockopt($listen, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listen, sockaddr_in($port, INADDR_ANY)) or die $!;
listen($listen, 4096) or die $!;
syswrite(STDOUT, "ready\\n");
while (accept(my $client, $listen)) {
  my $data;
  if ($kind eq "connections") {
    sysread($client, $data, 64);
    syswrite($client, "a");
    sysread($client, $data, 64);
  } else {
    1 while sysread($client, $data, 1 << 18);
  }
  close($client);
}`;

const client = `
use Socket;
use Time::HiRes "time";
my ($kind, $host, $port, $seconds) = @ARGV;
my $to = sockaddr_in($port, inet_aton($host));
my $count = 0;
if ($kind eq "connections") {
  my $end = time + $seconds;
  my $began = time;
  while (time < $end) {
    socket(my $s, AF_INET, SOCK_STREAM, 0) or die $!;
    setsockopt($s, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0));
    connect($s, $to) or die $!;
    syswrite($s, "q");
    sysread($s, my $data, 64) or die "no answer";
    close($s);
    $count++;
  }
  print $count / (time - $began);
} else {
  socket(my $s, AF_INET, SOCK_STREAM, 0) or die $!;
  connect($s, $to) or die $!;
  my $block = "x" x (1 << 18);
  my $began = time;
  my $end = $began + $seconds;
  $count += syswrite($s, $block) while time < $end;
  print $count / (time - $began);
}`;

export type Kind = "bytes" | "connections";

const ports: Record<Kind, number> = { bytes: 8001, connections: 8002 };

const inside = (namespace: string, ...argv: string[]): [string, ...string[]] => [
  "nsenter",
  `--net=/run/netns/${namespace}`,
  ...argv,
];

/** Serve both kinds in a namespace until the processes are ended. */
export const serve = (namespace: string): Promise<ChildProcess[]> =>
  Promise.all(
    (Object.keys(ports) as Kind[]).map(
      (kind) =>
        new Promise<ChildProcess>((resolve, reject) => {
          const [program, ...args] = inside(namespace, "perl", "-e", server, kind, String(ports[kind]));
          const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
          child.stdout?.once("data", () => resolve(child));
          child.once("exit", (code) => reject(new Error(`the server of ${kind} ended with ${code}`)));
        }),
    ),
  );

/** Bytes or connections a second, from one namespace to an address. */
export const measure = async (kind: Kind, from: string, address: string, seconds: number): Promise<number> =>
  Number(await run({ argv: inside(from, "perl", "-e", client, kind, address, String(ports[kind]), String(seconds)) }));
