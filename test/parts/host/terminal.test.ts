import { expect, test } from "vitest";
import { withTerminal } from "../../../src/parts/host/terminal.js";

test("words with quotes and blanks reach the command in its terminal whole", () => {
  expect(withTerminal(["echo", "it's me"], { columns: 80, rows: 24 }).at(-2)).toBe(
    String.raw`stty cols 80 rows 24; exec 'echo' 'it'\''s me'`,
  );
});
