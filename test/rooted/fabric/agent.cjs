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
  hold: ({ address, port }) =>
    new Promise((resolve) => {
      const socket = net.connect({ host: address, port });
      socket.on("error", () => {});
      socket.once("data", () => resolve(String(held.push(socket) - 1)));
    }),
  still: ({ held: at }) =>
    new Promise((resolve) => {
      const socket = held[Number(at)];
      setTimeout(() => resolve("dead"), 1500).unref();
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
      socket.once("message", (data) => {
        clearTimeout(timer);
        done(data.toString());
      });
      socket.send("?", port, address);
    }),
};

process.on("message", ({ id, do: action, ...rest }) => {
  actions[action](rest).then((answer) => process.send({ id, answer }));
});
