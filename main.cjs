// What Pulumi runs of this package: index.ts, compiled.
const { join } = require("node:path");
const { compile } = require("./toolchain/programs/compile.cjs");
const { load } = require("./toolchain/programs/load.cjs");

module.exports = async () => load(await compile(join(__dirname, "index.ts")))();
