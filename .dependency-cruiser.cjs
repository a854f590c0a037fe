/** The arrows of the house (docs/decisions, CONTRIBUTING): who may import whom. */
const only = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });

module.exports = {
  forbidden: [
    only(
      "parts-know-nothing-above",
      { path: "^src/parts/" },
      { path: "^src/(?!parts/|faults\\.ts)" },
      "A part moves things; it is told what to do as plain data.",
    ),
    only(
      "template-is-pure",
      { path: "^src/template/" },
      { path: "^src/(?!template/|faults\\.ts)" },
      "Template text in, resolved resources out; nothing above.",
    ),
    only(
      "environment-reads-templates-only",
      { path: "^src/environment/" },
      { path: "^src/(?!environment/|template/|(faults|addresses)\\.ts)" },
    ),
    only(
      "analysis-is-pure",
      { path: "^src/analysis/" },
      { path: "^src/(?!analysis/|environment/|template/|(faults|addresses)\\.ts)" },
      "The static judge must not see the running one.",
    ),
    only(
      "cli-speaks-to-aws-only",
      { path: "^src/cli/" },
      { path: "^src/(region/|parts/(?!host/))" },
      "The AWS API is the only interface to an environment.",
    ),
    only("nobody-imports-the-cli", { pathNot: "^(src/cli/|test/|scripts/)" }, { path: "^src/cli/" }),
    only("region-stands-alone", { path: "^src/region/" }, { path: "^src/(cli|analysis|drills|report|environment|constructs)/" }),
    only(
      "services-know-no-stacks",
      { path: "^src/region/services/" },
      { path: "^src/region/stacks/(?!provider\\.ts)", pathNot: "^src/region/services/cloudformation/" },
    ),
    only(
      "services-never-spawn",
      { path: "^src/region/(services|stacks|operations|records|protocol)/" },
      {
        path: "(^node:child_process$|^child_process$|node_modules/execa/|^src/parts/host/command\\.ts$)",
        dependencyTypesNot: ["type-only"],
      },
      "A handler changes records; a part makes the machine match them.",
    ),
    only("source-needs-no-test", { path: "^(src|bin)/" }, { path: "^(test|scripts|examples)/" }),
    only(
      "source-needs-no-dev-package",
      { path: "^(src|bin)/" },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    only("no-circle", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }),
    only("nothing-unresolved", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      extensions: [".ts", ".js", ".json"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
