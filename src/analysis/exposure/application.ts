import type { Rule } from "../finding.js";
import { containersOf } from "../hosts/containers.js";
import { ruleOnUserData } from "../hosts/hosts.js";
import type { Script } from "../hosts/script.js";
import { listed } from "../rule.js";

const ofUserData = (what: string, fix: string) => ({
  title: `its user data may ${what}`,
  reason: "The text is not known here.",
  fix,
});

/** All lines that set something: of commands (`export A=b`, `docker run -e A=b`) and of the files that are written. */
const settingsOf = (script: Script): readonly { readonly text: string; readonly line: number }[] => [
  ...script.commands.flatMap(({ words, line }) => words.map((text) => ({ text, line }))),
  ...script.written.flatMap(({ lines }) => lines),
];

const debug =
  /^\s*(?:export\s+)?(?:--?\w+[= ])?(FLASK_DEBUG|DJANGO_DEBUG|DEBUG|APP_DEBUG)\s*[=:]\s*["']?(?:1|true|on|yes)\b|^\s*(FLASK_ENV|APP_ENV|NODE_ENV|RAILS_ENV)\s*[=:]\s*["']?(?:dev\w*|local|debug)\b/i;

export const debugMode: Rule = ruleOnUserData(
  {
    id: "debug-mode",
    subject: "exposure",
    severity: "high",
    summary: "An application that is started in debug mode",
    sources: [
      "Flask documentation: Debugging Application Errors (never run the development server or enable the debugger in production)",
    ],
  },
  ofUserData("start the application in debug mode", "leave debug mode off"),
  function* (script) {
    const setting = settingsOf(script).find(({ text }) => debug.test(text));
    if (setting === undefined) return;
    yield {
      title: "starts the application in debug mode",
      reason: `Line ${String(setting.line)} sets ${setting.text.trim()}: errors show source and settings to everybody, and Flask's debugger runs what is typed into it.`,
      fix: "leave it off, and turn it on only where nobody else comes in",
    };
  },
);

const masterUsers = ["root", "admin", "administrator", "postgres", "master", "mysql", "sa"];
const databaseUser = /^\s*(?:export\s+)?(?:\w*_)?(?:DB|DATABASE|MYSQL|POSTGRES|PG)_?(?:USER(?:NAME)?)\s*[=:]\s*["']?([\w-]+)/i;

export const masterUser: Rule = ruleOnUserData(
  {
    id: "application-is-master-user",
    subject: "exposure",
    severity: "medium",
    summary: "An application that works as the database's master user",
    sources: ["Amazon RDS User Guide: Master user account privileges (do not use the master user in your applications)"],
  },
  ofUserData("let the application work as the database's master user", "give the application a user of its own"),
  function* (script) {
    const setting = settingsOf(script).find(({ text }) =>
      masterUsers.includes((databaseUser.exec(text)?.[1] ?? "").toLowerCase()),
    );
    if (setting === undefined) return;
    yield {
      title: "its application works as the database's master user",
      reason: `Line ${String(setting.line)} sets ${setting.text.trim()}: whatever gets into the application may drop every table and make users.`,
      fix: "make a user that has what the application needs, and keep the master user for administration",
    };
  },
);

export const unpinned: Rule = ruleOnUserData(
  {
    id: "unpinned-software",
    subject: "exposure",
    severity: "low",
    summary: "A host that installs whatever a branch or the tag latest is on that day",
    sources: ["git-clone(1)", "Docker documentation: docker run (image digests)"],
  },
  ofUserData("install whatever is newest on that day", "name a version"),
  function* (script) {
    const lines = script.commands.map(({ words }) => words.join(" "));
    const clones = script.commands.filter(({ words }) => words.includes("git") && words.includes("clone"));
    const checksOut = lines.some((line) => /\bgit\b.*\b(?:checkout|switch|reset --hard)\b/.test(line));
    const moving = [
      ...clones
        .filter(({ words }) => !checksOut && !words.some((word) => /^(?:-b|--branch|--revision)/.test(word)))
        .map(({ line }) => `line ${String(line)} clones a branch`),
      ...containersOf(script)
        .filter(({ image }) => image !== undefined && image.includes("/") && /(?::latest|\/[^:@]+)$/.test(image))
        .map(({ image, line }) => `line ${String(line)} runs ${image ?? ""}`),
    ];
    if (moving.length === 0) return;
    yield {
      title: "installs whatever is newest on that day",
      reason: `${listed(moving)}: two hosts made on different days differ, and whoever writes there decides what runs here.`,
      fix: "clone a tag (git clone --branch v1.2.3), and name images by version or digest",
    };
  },
);
