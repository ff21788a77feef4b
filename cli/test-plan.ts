import type { TestFile, TestProject } from "./test-files";
import type { TestNeeds } from "./test-needs";

/** Some files of one project, which one run of vitest takes. */
export interface TestGroup {
  readonly project: TestProject;
  readonly files: readonly TestFile[];
}

/** What `./lab test` sets up and runs, in which order. */
export interface TestPlan {
  readonly toolchain: boolean;
  readonly images: boolean;
  readonly debianPackages: readonly string[];
  /** What needs no toolchain runs while that is built. */
  readonly early: readonly TestGroup[];
  /** What needs it, and no lab. */
  readonly late: readonly TestGroup[];
  /** What runs labs: one file at a time, in this order. */
  readonly onLabs: readonly TestFile[];
}

export function planTests(needs: ReadonlyMap<TestFile, TestNeeds>): TestPlan {
  const all = [...needs];
  const some = (fits: (need: TestNeeds) => boolean) =>
    all.filter(([, need]) => fits(need)).map(([file]) => file);
  const debianPackages = new Set(all.flatMap(([, need]) => need.debianPackages));
  return {
    toolchain: all.some(([, need]) => need.toolchain),
    images: all.some(([, need]) => need.images),
    debianPackages: [...debianPackages].sort(),
    early: groups(some((need) => !need.toolchain)),
    late: groups(some((need) => need.toolchain && !need.images)),
    // The first lab is only reset for those that share one. The others build it as they need it, or others, and take it down.
    onLabs: [
      ...some((need) => need.images && need.sharesLab),
      ...some((need) => need.images && !need.sharesLab),
    ],
  };
}

/** By project, in the order in which they come. */
function groups(files: readonly TestFile[]): TestGroup[] {
  const projects = [...new Set(files.map(({ project }) => project))];
  return projects.map((project) => ({
    project,
    files: files.filter((file) => file.project === project),
  }));
}

/** The names of the stages in which groups run: `unit tests`, and where there are two of a project's, what makes the difference. */
export function stageOf({ project, files }: TestGroup): string {
  const [only] = files;
  return files.length === 1 && only ? `${project}: ${only.name}` : `${project} tests`;
}
