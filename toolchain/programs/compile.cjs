// Programs are compiled into one file each, with the packages that they use: Node loads that in a fraction of the time that
// hundreds of files take. Plain JavaScript, because it comes before anything is compiled.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { readFile } = require("node:fs/promises");
const { dirname, join, relative, resolve } = require("node:path");

const project = resolve(__dirname, "../..");
const folder = join(project, ".compiled");
/** Not part of the files: what is built for the machine, what is large and seldom used, and the SDK that the engine's Node host shares with the program. */
const apart = ["*.node", "vega", "vega-lite", "playwright-core", "esbuild", "typescript"];
const besideProgram = ["@pulumi/*"];

/**
 * The compiled form of a program, made again when it is older than anything that it was made from.
 *
 * @param {string} source the path of its first file
 * @returns {Promise<string>} the path of the one that Node runs
 */
async function compile(source) {
  const name = relative(project, source).replace(/\.ts$/, "").replaceAll("/", "-");
  // Stacks that name the source's lines take a second to make.
  const debug = process.env.KVMLAB_DEBUG === "1";
  if (debug) process.setSourceMapsEnabled(true);
  const compiled = join(folder, `${name}${debug ? ".debug" : ""}.cjs`);
  const record = `${compiled}.inputs.json`;
  if (!isCurrent(record)) await build({ source, compiled, record, debug });
  return compiled;
}

/** Whether all files are as they were: by size and time, as make does. */
function isCurrent(record) {
  try {
    const inputs = JSON.parse(readFileSync(record, "utf8"));
    return inputs.every(([file, state]) => stateOf(file) === state);
  } catch {
    return false;
  }
}

function stateOf(file) {
  const { size, mtimeMs } = statSync(join(project, file));
  return `${size} ${mtimeMs}`;
}

async function build({ source, compiled, record, debug }) {
  const esbuild = require("esbuild");
  const begun = Date.now();
  const { metafile, outputFiles } = await esbuild.build({
    entryPoints: [source],
    outfile: compiled,
    absWorkingDir: project,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: source === join(project, "index.ts") ? [...apart, ...besideProgram] : apart,
    banner: { js: `const __project = require("node:path").resolve(__dirname, "..");` },
    plugins: [ownFolders],
    sourcemap: debug ? "inline" : false,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  mkdirSync(folder, { recursive: true });
  put(compiled, outputFiles[0].contents);
  // The packages change with the lock file.
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith("node_modules/"));
  const inputs = [...files, "package-lock.json"].map((file) => [file, stateOf(file)]);
  // What was written since may be newer than what was read: then it is compiled once more, next time.
  const settled = files.every((file) => statSync(join(project, file)).mtimeMs < begun);
  put(record, JSON.stringify(settled ? inputs : [["", ""]]));
}

/** In one step: another process that compiles the same meets no half of it. */
function put(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

/** Files that lie beside a source are found there, and not beside what it is compiled into. */
const ownFolders = {
  name: "own folders",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const own = relative(project, path);
      if (own.startsWith("node_modules/")) return undefined;
      const text = await readFile(path, "utf8");
      if (!text.includes("__dirname")) return { contents: text, loader: "ts" };
      const here = `require("node:path").join(__project, ${JSON.stringify(dirname(own))})`;
      return { contents: `const __dirname = ${here}; ${text}`, loader: "ts" };
    });
  },
};

module.exports = { compile };
