// Loads what was compiled into one file. Reading three megabytes of JavaScript takes Node 60 to 100 ms at each start, so what V8
// made of it is kept beside it. (Node 22 has that built in.)
const { createHash } = require("node:crypto");
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname } = require("node:path");
const vm = require("node:vm");

/** V8 looks at a source's length only: the sum says whose code it is. */
const sumOf = (source) => createHash("sha256").update(source).digest();
const sumLength = 32;

/**
 * @param {string} compiled the path of a program's compiled form
 * @returns {unknown} what it exports
 */
function load(compiled) {
  // Only its own loader maps a line back to the source's.
  if (process.sourceMapsEnabled) return require(compiled);
  const source = readFileSync(compiled, "utf8");
  const [kept, sum] = [`${compiled}.v8`, sumOf(source)];
  const script = new vm.Script(wrap(source), {
    filename: compiled,
    cachedData: codeOf(kept, sum),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, createRequire(compiled), program, compiled, dirname(compiled));
  if (script.cachedDataRejected !== false) keep(kept, Buffer.concat([sum, script.createCachedData()]));
  return program.exports;
}

function codeOf(kept, sum) {
  try {
    const bytes = readFileSync(kept);
    if (sum.equals(bytes.subarray(0, sumLength))) return bytes.subarray(sumLength);
  } catch {}
  return undefined;
}

/** In one step, and as a help only: a folder that cannot be written makes a start slower. */
function keep(kept, bytes) {
  try {
    writeFileSync(`${kept}.${process.pid}`, bytes);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {}
}

module.exports = { load };
