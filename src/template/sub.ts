/** A piece of the text of Fn::Sub. */
export type SubPart =
  | { readonly text: string }
  /** `${Name}` or `${Resource.Attribute}`. */
  | { readonly name: string; readonly attribute?: string };

/** Split the text of Fn::Sub; `${!Literal}` stands for `${Literal}`. Throws an `Error` for a name that AWS does not accept. */
export function partsOfSub(text: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    const inner = match[1] ?? "";
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    if (inner.startsWith("!")) parts.push({ text: `\${${inner.slice(1)}}` });
    else if (!/^[\w.:]+$/.test(inner.trim()))
      throw new Error(
        `Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons: \${${inner}}`,
      );
    else parts.push(named(inner.trim()));
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

function named(inner: string): SubPart {
  const dot = inner.indexOf(".");
  return dot < 0 ? { name: inner } : { name: inner.slice(0, dot), attribute: inner.slice(dot + 1) };
}
