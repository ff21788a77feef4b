/** Which folder may import which: a tree, from the user's hand down. ARCHITECTURE.md tells what is in each. `npm run check` holds it. */
const mayImport = {
  provider: [],
  errors: ["provider"],
  stacks: ["provider", "errors"],
  templates: ["provider", "errors"],
  toolchain: ["provider", "errors"],
  machines: ["toolchain", "provider", "errors"],
  components: ["stacks", "templates", "machines", "toolchain", "provider", "errors"],
  report: ["provider"],
  experiment: ["report", "provider", "errors"],
  cli: ["components", "stacks", "machines", "toolchain", "report", "experiment", "provider", "errors"],
  docs: ["stacks", "provider", "errors"],
};
const folders = [...Object.keys(mayImport), "bench", "test"];

module.exports = {
  forbidden: Object.entries(mayImport).map(([folder, others]) => ({
    name: `${folder}-imports-${others.join("-") || "nothing"}`,
    severity: "error",
    from: { path: `^${folder}/` },
    to: { path: `^(${folders.filter((other) => other !== folder && !others.includes(other)).join("|")})/` },
  })),
  options: {
    // So that `depcruise .` needs no list of folders of its own.
    includeOnly: `^(${folders.join("|")})/`,
    // Types are knowledge, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules|sdks" },
  },
};
