import { expect, test } from "vitest";
import { mmdebstrapArguments } from "../../../src/parts/images/buildRecipe.js";
import { engineRecipe } from "../../../src/parts/images/engineRecipe.js";
import { aptSettings, debianSources } from "../../../src/parts/images/hostApt.js";
import { layerFolder, packageList } from "../../../src/parts/images/layer.js";
import { BuildProgress } from "../../../src/parts/images/progress.js";
import { recipeFolder } from "../../../src/parts/images/recipe.js";

const targets = (lines: string[][]): string => lines.map((line) => line.join("|")).join("\n");

test("the host's Debian mirrors are used for our release, whatever the host's is", () => {
  const host = targets([
    ["http://mirror.test/debian/", "trixie", "main", "/usr/share/keyrings/debian-archive-keyring.gpg"],
    ["http://mirror.test/debian/", "trixie", "contrib", "/usr/share/keyrings/debian-archive-keyring.gpg"],
    ["http://mirror.test/debian/", "trixie-updates", "main", "$(SIGNED_BY)"],
    ["http://mirror.test/debian/", "trixie-backports", "main", "$(SIGNED_BY)"],
    ["http://mirror.test/debian-security/", "trixie-security", "main", "$(SIGNED_BY)"],
    ["https://vendor.test/apt/", "nodistro", "main", "/usr/share/keyrings/vendor.gpg"],
    ["cdrom://Debian/", "trixie", "main", ""],
  ]);
  expect(debianSources(host, "trixie", "/k.gpg")).toEqual([
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.test/debian/ bookworm main",
    "deb [signed-by=/k.gpg] http://mirror.test/debian/ bookworm-updates main",
    "deb [signed-by=/k.gpg] http://mirror.test/debian-security/ bookworm-security main",
  ]);
});

test("a host that is not Debian gives no sources, so mmdebstrap's own default holds", () => {
  expect(debianSources(targets([["http://mirror.test/ubuntu/", "noble", "main", ""]]), undefined, undefined)).toEqual([]);
});

test("proxies hold while building, leniency about dates also in the image", () => {
  const dump = [
    'Acquire "";',
    'Acquire::http::Proxy "http://proxy.test:3128";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::Packages::Optional "0";',
  ].join("\n");
  expect(aptSettings(dump)).toEqual({
    settings: ['Acquire::http::Proxy "http://proxy.test:3128";', 'Acquire::Check-Valid-Until "false";'],
    lasting: ['Acquire::Check-Valid-Until "false";'],
  });
});

test("a recipe becomes one mmdebstrap command", () => {
  const apt = { sources: ["deb http://mirror.test/debian bookworm main"], settings: [], lasting: [] };
  const recipe = { ...engineRecipe, packages: ["haproxy", "postgresql-15"] };
  expect(mmdebstrapArguments(recipe, apt, "/b/made", "/b/image/root")).toMatchInlineSnapshot(`
    [
      "--mode=root",
      "--variant=minbase",
      "--components=main",
      "--verbose",
      "--include=haproxy,postgresql-15",
      "--aptopt=Acquire::Languages { "none"; }",
      "--dpkgopt=path-exclude=/usr/share/man/*",
      "--dpkgopt=path-exclude=/usr/share/locale/*",
      "--dpkgopt=path-exclude=/usr/share/doc/*",
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      "--setup-hook='/b/made/setup' "$1"",
      "--customize-hook='/b/made/customize' "$1"",
      "bookworm",
      "/b/image/root",
      "/b/made/sources.list",
    ]
  `);
});

test("a changed recipe is another image", () => {
  expect(recipeFolder(engineRecipe)).toMatch(/^engine-[0-9a-f]{10}$/);
  expect(recipeFolder({ ...engineRecipe, script: "true" })).not.toBe(recipeFolder(engineRecipe));
});

test("a layer is named by its packages in any order and by the very image below it", () => {
  const base = { folder: "machine-1", builtAt: "2026-11-21T00:00:00.000Z" };
  const folder = layerFolder(["python3-flask", "python3-psycopg2"], base);
  expect(layerFolder(["python3-psycopg2", "python3-flask", "python3-flask"], base)).toBe(folder);
  expect(layerFolder(["python3-flask"], base)).not.toBe(folder);
  expect(layerFolder(["python3-flask", "python3-psycopg2"], { ...base, builtAt: "2026-11-22T00:00:00.000Z" })).not.toBe(folder);
});

test.each(["python3-flask; reboot", "--yes", "Flask", "", "nginx=1.22"])("%j is not taken for a package name", (name) => {
  expect(() => packageList([name])).toThrow(/not the name of a Debian package/);
});

test("progress is read from what apt prints and never falls back", () => {
  const progress = new BuildProgress(2);
  const said = [
    "Get:1 http://mirror.test/debian bookworm InRelease [151 kB]",
    "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://mirror.test/debian bookworm/main amd64 libc6 amd64 2.36 [2758 kB]",
    "Get:2 http://mirror.test/debian bookworm/main amd64 bash amd64 5.2 [1491 kB]",
    "Unpacking libc6:amd64 (2.36) ...",
    "Setting up libc6:amd64 (2.36) ...",
    "0 upgraded, 4 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://mirror.test/debian bookworm/main amd64 python3 amd64 3.11 [26 kB]",
    "nothing to see",
    "Unpacking python3 (3.11) ...",
    "I: running --customize-hook in shell: sh -c …",
  ].map((line) => progress.line(line));
  expect(said.map((news) => (news === undefined ? "" : `${news.percent} ${news.phase}`))).toMatchInlineSnapshot(`
    [
      "2 reading package lists",
      "",
      "7 downloading 1/2",
      "12 downloading 2/2",
      "21 unpacking 1/2",
      "39 installing 1/2",
      "",
      "49 downloading 1/4",
      "",
      "60 unpacking 1/4",
      "92 adapting",
    ]
  `);
});
