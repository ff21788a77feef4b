/**
 * Leaves Pulumi's own frames out of the stacks of this process's errors. Import it first.
 *
 * Pulumi prints an error that ends the program by way of Node's util.inspect with colours, and maps frames to sources
 * whose paths end in `/node_modules/@pulumi/resource.ts`. Node (20.20 at least) looks for the end of the package's name
 * in such a path, does not find one, and goes on until memory runs out: half a minute of a busy processor before the
 * message comes. Nobody needs these frames to find a mistake in the program.
 */
const formatBefore = Error.prepareStackTrace;

Error.prepareStackTrace = (error, frames) => {
  const own = ownFrames(frames);
  return formatBefore ? formatBefore(error, own) : [String(error), ...own].join("\n    at ");
};

interface Frame {
  getFileName(): string | null | undefined;
}

export function ownFrames<T extends Frame>(frames: readonly T[]): T[] {
  return frames.filter((frame) => !frame.getFileName()?.includes("/node_modules/@pulumi/"));
}
