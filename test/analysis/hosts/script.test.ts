import { describe, expect, test } from "vitest";
import { leaksIn } from "../../../src/analysis/exposure/secret-patterns.js";
import { containersOf } from "../../../src/analysis/hosts/containers.js";
import { readScript } from "../../../src/analysis/hosts/script.js";

describe("user data", () => {
  test("is read command by command, with its line", () => {
    const { commands } = readScript(
      "#!/bin/bash\n# a comment\napt-get update && apt-get install -y \\\n  git zip\necho 'a; b' | tee /x",
    );
    expect(commands).toEqual([
      { words: ["apt-get", "update"], line: 3 },
      { words: ["apt-get", "install", "-y", "git", "zip"], line: 3 },
      { words: ["echo", "a; b"], line: 5 },
      { words: ["tee", "/x"], line: 5 },
    ]);
  });

  test("what a here-document writes is no command", () => {
    const script = readScript("#!/bin/bash\ncat > /x <<'END'\ndocker run a\nEND\ndocker run b");
    expect(containersOf(script).map(({ image, line }) => [image, line])).toEqual([["b", 5]]);
    expect(script.written).toEqual([{ lines: [{ text: "docker run a", line: 3 }] }]);
  });

  test("cloud-config has packages and commands", () => {
    const script = readScript(
      "#cloud-config\npackages: [git]\nruncmd:\n  - docker run -d -p 8080:80 nginx\n  - [sh, -c, date]\n",
    );
    expect(script.packages).toEqual(["git"]);
    expect(script.commands.map(({ words }) => words.join(" "))).toEqual(["docker run -d -p 8080:80 nginx", "sh -c date"]);
  });

  test("a cloud-config that is no YAML does nothing", () => {
    expect(readScript("#cloud-config\na: [").commands).toEqual([]);
  });
});

test.each([
  ["docker run -d --restart=always -p 80:8080 web:1", ["web:1"], [80], true],
  ["sudo docker run -e A=b --name x -p 127.0.0.1:5432:5432 db", ["db"], [], false],
  ["docker run --restart no web", ["web"], [], false],
  ["docker compose up -d", [], [], false],
])("%s", (line, images, ports, restarts) => {
  const containers = containersOf(readScript(line));
  expect(containers.map(({ image }) => image)).toEqual(images);
  expect(containers.flatMap(({ published }) => published)).toEqual(ports);
  expect(containers.some((each) => each.restarts)).toBe(restarts);
});

describe("secrets", () => {
  test.each([
    "DB_PASS=Sup3r-Examen-2023",
    'password: "hunter22"',
    "password=Ab3[xyz]9",
    "mysql -u admin -phunter22 shop",
    "DATABASE_URL=postgres://app:hunter22@db/app",
    `key=${["AKIA", "QYLPMN5HFIQR7XYA"].join("")}`,
    "-----BEGIN RSA PRIVATE KEY-----",
  ])("%s holds one", (line) => expect(leaksIn(line)).toHaveLength(1));

  test.each([
    "DB_PASSWORD=${DatabasePassword}",
    "DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id a)",
    "password: {{resolve:secretsmanager:a}}",
    "PASSWORD_FILE=/run/secrets/password",
    "HttpTokens: required",
    "token=$TOKEN",
    "mysql -u admin -p shop",
    "https://example.com/a@b",
    "passwordless sudo is off",
    'password=login["password"],',
    "password = settings[key]",
    "token: str",
  ])("%s holds none", (line) => expect(leaksIn(line)).toEqual([]));
});
