// What Pulumi runs of this package: index.ts, compiled.
const { join } = require("node:path");
const { compile } = require("./toolchain/programs/compile.cjs");

module.exports = async () => require(await compile(join(__dirname, "index.ts")))();
