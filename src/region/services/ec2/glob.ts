/** One step of a pattern: any text, any one character, or this one. */
type Step = { readonly any: "text" | "character" } | { readonly is: string };

/**
 * A filter's value as a test: `*` is any text, `?` any character, and a backslash takes the next character as it is. No regular
 * expression: one with several `.*` can take minutes for a text that nearly matches, and the whole region would wait. Here a
 * mismatch goes back to the last `*` only, for whatever an earlier one could take, the last one can take as well.
 */
export function glob(pattern: string): (text: string) => boolean {
  const steps = (pattern.match(/\\[^]|[^]/gu) ?? []).map(stepOf);
  return (text) => matches(steps, Array.from(text));
}

function stepOf(part: string): Step {
  if (part === "*") return { any: "text" };
  if (part === "?") return { any: "character" };
  return { is: part.startsWith("\\") && part.length > 1 ? part.slice(1) : part };
}

function matches(steps: readonly Step[], text: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  // The last `*`, and where the text goes on after what it takes; it takes one character more at every mismatch.
  let star: { readonly step: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = steps[step];
    if (wanted !== undefined && "any" in wanted && wanted.any === "text") star = { step: step++, at };
    else if (wanted !== undefined && ("any" in wanted || wanted.is === text[at])) {
      step++;
      at++;
    } else if (star !== undefined) {
      at = ++star.at;
      step = star.step + 1;
    } else return false;
  }
  return steps.slice(step).every((rest) => "any" in rest && rest.any === "text");
}
