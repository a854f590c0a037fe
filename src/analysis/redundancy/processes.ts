import { isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { containersOf } from "../hosts/containers.js";
import { ruleOnUserData, type Host } from "../hosts/hosts.js";
import type { Script } from "../hosts/script.js";
import { listed } from "../rule.js";

const unread = (what: string, fix: string) => ({ title: what, reason: "The user data is not known here.", fix });

/** Servers that people start while they develop; the words after an interpreter that names a file of theirs. */
const developmentServer =
  /^(?:\S*\/)?(?:(?:python3?|node|ruby|php) (?:-m (?:flask|http\.server)|-S|[^-\s]\S*\.(?:py|js|mjs|rb))|flask (?:--\S+ (?:\S+ )?)?run|npm (?:start|run (?:dev|start))|\S*manage\.py runserver|uvicorn .*--reload)/;
const prefixes = /^(?:sudo|nohup|exec|setsid|env|-\S+|\w+=\S*)$/;

/** A program that only sets something up and ends: its name says so. */
const isSetUp = /\b(?:setup|install|migrate|configure|init|seed|create|get-pip|bootstrap)\w*\.\w+|\bmanage\.py (?!runserver)/;

function serverOf({ commands }: Script): { words: string; line: number } | undefined {
  for (const { words, line } of commands) {
    const own = words.slice(words.findIndex((word) => !prefixes.test(word))).filter((word) => word !== "&");
    const text = own.join(" ");
    if (developmentServer.test(text) && !isSetUp.test(text)) return { words: text, line };
  }
  return undefined;
}

export const foregroundServer: Rule = ruleOnUserData(
  {
    id: "application-is-no-service",
    subject: "redundancy",
    severity: "high",
    summary: "An application that user data starts by hand: it ends with a reboot or a crash, for good",
    sources: [
      "Amazon EC2 User Guide: Run commands when you launch an EC2 instance with user data input (runs at the first boot only)",
      "Flask documentation: Deploying to Production",
    ],
  },
  unread("its application may be started by hand", "make it a service"),
  function* (script) {
    const server = serverOf(script);
    if (server === undefined) return;
    yield {
      title: "its application is no service: a reboot ends it",
      reason: `Line ${String(server.line)} of the user data starts \`${server.words}\` itself. User data runs at the first boot only, as root: after a crash or a reboot nothing starts it again, and a health check then finds a dead target.`,
      fix: "write a systemd unit (Restart=always, a user of its own, a production server such as gunicorn or waitress) and enable it",
    };
  },
);

export const containerWithoutRestart: Rule = ruleOnUserData(
  {
    id: "container-without-restart-policy",
    subject: "redundancy",
    severity: "medium",
    summary: "A container that a reboot ends for good",
    sources: ["Docker documentation: Start containers automatically"],
  },
  unread("its containers may have no restart policy", "give each container a restart policy"),
  function* (script) {
    const containers = containersOf(script).filter(({ restarts }) => !restarts);
    if (containers.length === 0) return;
    yield {
      title: `${listed(containers.map(({ image }) => image ?? "a container"))} would not come back after a reboot`,
      reason: `${listed(containers.map(({ line }) => `line ${String(line)}`))} of the user data: docker run without --restart always or unless-stopped, and user data runs at the first boot only.`,
      fix: "add --restart unless-stopped, or make it a service",
    };
  },
);

/** Packages that were dropped, and from which release of which distribution on. */
const dropped: readonly { readonly name: string; readonly since: number; readonly instead: string }[] = [
  { name: "awscli", since: 24.04, instead: "snap install aws-cli --classic, or AWS's own installer" },
  { name: "python3-distutils", since: 24.04, instead: "setuptools, which brings its own" },
  { name: "python-is-python2", since: 24.04, instead: "Python 3" },
  { name: "ntpdate", since: 24.04, instead: "chrony or systemd-timesyncd" },
  { name: "python-pip", since: 20.04, instead: "python3-pip" },
  { name: "python", since: 22.04, instead: "python3" },
];

const releases: Readonly<Record<string, number>> = { focal: 20.04, jammy: 22.04, noble: 24.04, oracular: 24.1, plucky: 25.04 };

/** The Ubuntu release that an image's name or its public parameter tells, e.g. `…/ubuntu/server/24.04/stable/…`. */
function releaseOf(host: Host): number | undefined {
  const { image, imageName } = host.settings;
  const text = imageName ?? (image === undefined ? "" : isUnknown(image) ? image.why : image);
  if (!/ubuntu|canonical/i.test(text)) return undefined;
  const named = Object.entries(releases).find(([name]) => text.includes(name));
  const number = /\b(\d\d\.(?:04|10))\b/.exec(text)?.[1];
  return named?.[1] ?? (number === undefined ? undefined : Number(number));
}

const installed = ({ commands, packages }: Script): readonly string[] => [
  ...packages,
  ...commands.flatMap(({ words }) => {
    const start = words.findIndex((word) => /^(?:apt|apt-get)$/.test(word));
    return start >= 0 && words.includes("install")
      ? words.slice(words.indexOf("install") + 1).filter((word) => !word.startsWith("-"))
      : [];
  }),
];

export const droppedPackage: Rule = ruleOnUserData(
  {
    id: "package-not-in-image",
    subject: "redundancy",
    severity: "high",
    summary: "A host that installs a package which newer releases of its system no longer have",
    sources: ["Ubuntu 24.04 LTS release notes", "packages.ubuntu.com: awscli (not in noble)"],
  },
  unread("its user data may install a package that is gone", "check the packages against the image"),
  function* (script, _text, host) {
    const packages = installed(script);
    const release = releaseOf(host);
    const gone = dropped.filter(({ name, since }) => packages.includes(name) && (release === undefined || release >= since));
    if (gone.length === 0) return;
    const said = {
      title: `installs ${listed(gone.map(({ name }) => name))}, which ${release === undefined ? "newer Ubuntu releases lack" : `Ubuntu ${release.toFixed(2)} does not have`}`,
      reason:
        "apt installs all the packages of a line or none: with one that it cannot find, the rest of the line is missing too, on every new host.",
      fix: `instead: ${listed(gone.map(({ name, instead }) => `${name}: ${instead}`))}`,
    };
    if (release === undefined)
      yield {
        ...said,
        severity: "medium",
        verdict: "unknown",
        reason: `${said.reason} Which release the image is, is not known.`,
      };
    else yield said;
  },
);
