/** An element of XML as JUnit uses it: elements, or text. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (entities[name] ?? fail(`an entity ${name}`)) : String.fromCodePoint(Number(code)),
  );

function fail(what: string): never {
  throw new Error(`not well formed: ${what}`);
}

/** A strict reader of the little XML there is in a JUnit file: what is not well formed throws. */
export function readXml(text: string): Element {
  const [declaration = ""] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(text) ?? fail("no declaration");
  const open: Element[] = [{ name: "", attributes: {}, children: [], text: "" }];
  const token = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  token.lastIndex = declaration.length;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const [, end, name = "", attributes = "", empty, content] = token.exec(text) ?? fail(text.slice(at, at + 40));
    const top = open.at(-1) ?? fail("nothing is open");
    if (content !== undefined) {
      if (/&(?!#\d+;|\w+;)/.test(content)) fail(content);
      top.text += decode(content);
    } else if (end === "/") {
      if (top.name !== name) fail(`</${name}> closes <${top.name}>`);
      open.pop();
    } else {
      const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(
        ([, key = "", value = ""]) => [key, decode(value)] as const,
      );
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      top.children.push(element);
      if (empty === "") open.push(element);
    }
  }
  const [root] = open[0]?.children ?? [];
  return open.length === 1 && root !== undefined ? root : fail("something is still open");
}
