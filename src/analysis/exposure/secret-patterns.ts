/** What in a text looks like a credential, without the credential itself. */
export interface Leak {
  readonly what: string;
  /** From 1. */
  readonly line: number;
}

/** Forms that are credentials wherever they stand. AWS's own example key is not one. */
const forms: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b/, "an AWS access key id"],
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, "a GitHub token"],
  [/\bglpat-[\w-]{20,}\b/, "a GitLab token"],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, "a Slack token"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@$]+:[^\s:/@${}<]+@[^\s/]/i, "a user and a password in a URL"],
];

/** `DB_PASS=…`, `password: …`, `--password=…`; not `PASSWORD_FILE`, not what only holds a name. */
const assignment =
  /(?:^|[\s"'{,;-])((?:[\w.-]*[_.-])?(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?(?:key|access[_-]?key))?|api[_-]?key|access[_-]?token|auth[_-]?token|token))["']?\s*[=:]\s*["']?([^\s"',;}]+)/i;

/** `mysql -pSecret`, `PGPASSWORD=` is an assignment already. */
const clientPassword = /\b(?:mysql|mysqldump|mariadb|mariadb-dump|mysqladmin)\b.*?\s-p([^\s-][^\s]*)/;

/** A value that is fetched, computed, chosen later or plainly a stand-in; what is left may be a credential. */
const isElsewhere = (value: string): boolean =>
  /^[$`<{]|\$[({A-Za-z]|\{\{|%[({]/.test(value) ||
  /^(?:true|false|yes|no|none|null|nil|required|optional|changeme|change-me|example|x+|\*+|\.+|-+|file:|env:|arn:)/i.test(
    value,
  ) ||
  /^(?:\/|\.\/)/.test(value);

/** In a program's text: a type (`token: str`), a call (`read(`), a member (`login["password"]`). */
const isCode = (value: string): boolean =>
  /[().]$|^\w+\(|^\w+\[(?:\w+\])?$/.test(value) || /^(?:str|string|int|bool|any)\b/i.test(value);

/** Bits of information per letter (Shannon), from how often each letter stands in the text itself. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** A long random word beside AWS's word for a secret key: 40 letters of base64. */
const secretKey = /(?<![A-Za-z0-9/+=])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/;

/** Reads a text line by line; comments count too, for what is in them is known as well. */
export function leaksIn(text: string): readonly Leak[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const leak = leakOf(line);
    return leak === undefined ? [] : [{ what: leak, line: index + 1 }];
  });
}

function leakOf(line: string): string | undefined {
  const form = forms.find(([pattern]) => pattern.test(line));
  if (form !== undefined) return form[1];
  const [, name = "", value = ""] = assignment.exec(line) ?? [];
  // A word of three letters is hardly a password.
  if (value.length >= 4 && !isElsewhere(value) && !isCode(value)) return `a value for ${name}`;
  const password = clientPassword.exec(line)?.[1];
  if (password !== undefined && !isElsewhere(password)) return "a password on a command line";
  const random = secretKey.exec(line)?.[1];
  if (random !== undefined && /aws|secret/i.test(line) && entropy(random) > 4.3)
    return "what looks like an AWS secret access key";
  return undefined;
}
