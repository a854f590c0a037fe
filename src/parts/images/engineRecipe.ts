import type { Recipe } from "./recipe.js";

/**
 * The engine image: the programs behind databases, load balancers and names. They run from here rather than from the
 * host, so their versions do not depend on it and nothing starts itself on it.
 */
export const engineRecipe: Recipe = {
  name: "engine",
  packages: ["postgresql-15", "mariadb-server", "mariadb-backup", "haproxy", "dnsmasq-base", "iproute2", "procps"],
  files: {},
  masks: [],
  script: String.raw`
root=$1
# Debian makes a first cluster when it installs PostgreSQL; ours are made by the databases' part.
rm -rf "$root/var/lib/postgresql/15" "$root/etc/postgresql/15" "$root/etc/resolv.conf" "$root/etc/hostname"
`,
};
