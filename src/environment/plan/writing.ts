import type { ConfigCall, ConfigModule } from "./format.js";

/** Gives the Terraform texts (`*.tf`) of a folder as one, by its path from the plan's own folder (`.`, `network`); undefined: none are there. */
export type TextsIn = (folder: string) => string | undefined;

/**
 * The texts that a plan was made of, where they are at hand. A plan's JSON holds no expressions, only what they refer to: the text says
 * whether `aws_subnet.a[count.index]` is written, or `aws_subnet.a[(count.index + 1) % 2]`.
 */
export class Writing {
  /** By the module's address without keys. */
  readonly #texts = new Map<string, string>();

  constructor(root: ConfigModule | undefined, textsIn: TextsIn) {
    const read = (module: ConfigModule | undefined, address: string, folder: string): void => {
      const text = textsIn(folder);
      if (text !== undefined) this.#texts.set(address, withoutComments(text));
      for (const [name, call] of Object.entries(module?.module_calls ?? {})) {
        const inner = folderOf(folder, call);
        if (inner !== undefined) read(call.module, address === "" ? `module.${name}` : `${address}.module.${name}`, inner);
      }
    };
    read(root, "", ".");
  }

  /** The text of a block by its header, e.g. `resource "aws_subnet" "a"`; undefined where it is not at hand. */
  block(module: string, header: string): string | undefined {
    const text = this.#texts.get(module);
    const at = text === undefined ? -1 : text.search(new RegExp(`^\\s*${header.replaceAll(" ", "\\s+")}\\s*\\{`, "m"));
    if (text === undefined || at < 0) return undefined;
    let depth = 0;
    for (let index = text.indexOf("{", at); index < text.length; index++) {
      if (text[index] === "{") depth++;
      else if (text[index] === "}" && --depth === 0) return text.slice(at, index + 1);
    }
    return undefined;
  }
}

/** Modules of a registry are somewhere under `.terraform`, and are not looked for. */
function folderOf(folder: string, { source }: ConfigCall): string | undefined {
  if (source === undefined || !/^\.\.?\//.test(source)) return undefined;
  return `${folder}/${source}`;
}

/** Comments may hold braces. A `#` or `//` in a quoted text is left alone. */
const withoutComments = (text: string): string =>
  text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\*[^]*?\*\/|(?:#|\/\/)[^\n]*/g, (found) => (found.startsWith('"') ? found : ""));

/**
 * Is each use of a reference in a block an instance by the block's own key: `x[count.index]`, `x[each.key]`, `element(x[*].id,
 * count.index)`, or one by a literal? Then whoever has the key has that instance.
 */
export function isIndexedPlainly(block: string, reference: string): boolean {
  const name = reference.replaceAll(/[.[\]*"]/g, (character) => `\\${character}`);
  const plain = new RegExp(
    `element\\(\\s*${name}(?:\\[\\*\\]|\\.\\*)?(?:\\.\\w+)?\\s*,\\s*count\\.index\\s*\\)|${name}\\[\\s*(?:count\\.index|each\\.key|\\d+|"[^"]*")\\s*\\]`,
    "g",
  );
  const uses = block.match(new RegExp(`(?<![\\w.-])${name}(?![\\w-])`, "g")) ?? [];
  const plainly = block.match(plain) ?? [];
  return uses.length > 0 && uses.length === plainly.length;
}
