/** Break text at blanks into lines of at most `width`; a word that is longer stands alone. Line breaks of the text stay. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

/** Text under a label: `  why  …`, and what follows is set in as far. */
export function labelled(label: string, text: string, width: number): readonly string[] {
  const margin = " ".repeat(label.length);
  return wrap(text, Math.max(20, width - label.length)).map((line, index) => `${index === 0 ? label : margin}${line}`);
}

export const plural = (count: number, noun: string, nouns = `${noun}s`): string => `${count} ${count === 1 ? noun : nouns}`;
