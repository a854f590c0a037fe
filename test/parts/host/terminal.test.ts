import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { followSize, withTerminal, type TerminalSize } from "../../../src/parts/host/terminal.js";

test("words with quotes and blanks reach the command in its terminal whole", () => {
  expect(withTerminal(["echo", "it's me"], { columns: 80, rows: 24 }).at(-2)).toBe(
    String.raw`stty cols 80 rows 24; exec 'echo' 'it'\''s me'`,
  );
});

test("a terminal takes each new size, and what runs in it is told", async () => {
  const program = `told=no; trap told=yes WINCH; stty size; until [ $told = yes ] && [ "$(stty size)" = "50 120" ]; do sleep 0.05; done; stty size`;
  const [command, ...args] = withTerminal(["bash", "-c", program], { columns: 80, rows: 24 });
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  let resize: (size: TerminalSize) => void = () => undefined;
  followSize(child.pid, { columns: 80, rows: 24, onResize: (listener) => (resize = listener) });
  let said = "";
  const heard = async (size: string): Promise<void> => {
    while (!said.includes(size)) said += String(((await once(child.stdout, "data")) as [Buffer])[0]);
  };
  await heard("24 80");
  resize({ columns: 100, rows: 30 });
  resize({ columns: 120, rows: 50 });
  const ended = once(child, "close");
  await heard("50 120");
  await ended;
});
