// Runs a program of the project, in this process: node run.cjs PROGRAM.ts [ARGUMENT...]
const { resolve } = require("node:path");
const { compile } = require("./compile.cjs");

const [, , program, ...words] = process.argv;
compile(resolve(program)).then(
  (compiled) => {
    // As if Node had been given the program itself.
    process.argv = [process.execPath, program, ...words];
    require(compiled);
  },
  (error) => {
    console.error(`${program} cannot be compiled: ${error.message}`);
    console.error("  mend: npm install, then run the same command again");
    process.exit(1);
  },
);
