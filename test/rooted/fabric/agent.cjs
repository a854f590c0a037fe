/* Runs inside a namespace: `agent.cjs NAME PORT…` serves on the ports (tcp and udp) and does what its parent asks. */
const net = require("node:net");
const dgram = require("node:dgram");
const [, , name, ...ports] = process.argv;

const greeting = (address) => `${name} saw ${address.replace("::ffff:", "")}`;
const held = [];
process.on("disconnect", () => process.exit());

const serving = ports.flatMap((port) => [
  new Promise((resolve) =>
    net
      .createServer((socket) => {
        socket.on("error", () => {});
        socket.write(greeting(socket.remoteAddress));
        socket.on("data", (data) => socket.write(data));
      })
      .listen(Number(port), "0.0.0.0", resolve),
  ),
  new Promise((resolve) => {
    const socket = dgram.createSocket("udp4");
    socket.on("message", (_, from) => socket.send(greeting(from.address), from.port, from.address));
    socket.bind(Number(port), "0.0.0.0", resolve);
  }),
]);

const actions = {
  ready: () => Promise.all(serving).then(() => "ready"),
  call: ({ address, port, from, patience }) =>
    new Promise((resolve) => {
      const socket = net.connect({ host: address, port, localAddress: from });
      const done = (answer) => {
        socket.destroy();
        resolve(answer);
      };
      setTimeout(() => done("silence"), patience).unref();
      socket.on("error", (error) => done(error.code));
      socket.on("data", (data) => done(data.toString()));
      socket.on("end", () => done("ended"));
    }),
  hold: ({ address, port, from }) =>
    new Promise((resolve) => {
      const socket = net.connect({ host: address, port, localAddress: from });
      socket.on("error", () => {});
      socket.once("data", () => resolve(String(held.push(socket) - 1)));
    }),
  still: ({ held: at, patience }) =>
    new Promise((resolve) => {
      const socket = held[Number(at)];
      setTimeout(() => resolve("dead"), patience).unref();
      socket.once("data", () => resolve("alive"));
      socket.write("?");
    }),
  datagram: ({ address, port, patience }) =>
    new Promise((resolve) => {
      const socket = dgram.createSocket("udp4");
      const done = (answer) => {
        socket.close();
        resolve(answer);
      };
      const timer = setTimeout(() => done("silence"), patience);
      // As a client does that has connected its socket: a translator's address on the answer is another's answer.
      socket.on("message", (data, from) => {
        if (from.address !== address || from.port !== port) return;
        clearTimeout(timer);
        done(data.toString());
      });
      socket.send("?", port, address);
    }),
};

// Node has no ICMP; Perl is part of every Debian. Prints type and code of what comes back for an echo request.
const echo = `
use Socket;
my ($address, $patience) = @ARGV;
socket(my $icmp, AF_INET, SOCK_RAW, 1) or die $!;
my $packet = pack("C2 n3 a56", 8, 0, 0, $$ & 0xffff, 1, "");
my $sum = 0;
$sum += $_ for unpack("n*", $packet);
$sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
substr($packet, 2, 2) = pack("n", ~$sum & 0xffff);
send($icmp, $packet, 0, sockaddr_in(0, inet_aton($address))) or do { print "$!"; exit };
while (1) {
  my $ready = "";
  vec($ready, fileno($icmp), 1) = 1;
  select($ready, undef, undef, $patience / 1000) or do { print "silence"; exit };
  my $from = recv($icmp, my $got, 1500, 0);
  my ($type, $code, undef, $id) = unpack("C2 n2", substr($got, (ord($got) & 15) * 4));
  next if $type == 8 || ($type == 0 && $id != ($$ & 0xffff));
  print "$type/$code from " . inet_ntoa((sockaddr_in($from))[1]);
  exit;
}`;
actions.ping = ({ address, patience }) =>
  new Promise((resolve) =>
    require("node:child_process").execFile("perl", ["-e", echo, address, String(patience)], (error, out) =>
      resolve(error ? String(error) : out),
    ),
  );

process.on("message", ({ id, do: action, ...rest }) => {
  actions[action](rest).then((answer) => process.send({ id, answer }));
});
