import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedPages } from "./generated-pages";

// `npm run docs`: writes the pages that are made from the code.
for (const [path, make] of Object.entries(generatedPages)) writeFileSync(join(__dirname, path), make());
