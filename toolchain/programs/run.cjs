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
    const found = error.message.trim().replaceAll("\n", "\n            ");
    console.error(`KVM-920 on this machine
  expected: ${program} to be compiled
  found:    ${found}
  fix:      correct what it names; rm -rf .compiled node_modules makes all of it again`);
    process.exit(1);
  },
);
