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
  /** What needs it and no lab, and pages, whose browser leaves half of a processor: they run while the first lab is built. */
  readonly late: readonly TestGroup[];
  readonly onLabs: FilesOnLabs;
}

/** What runs labs. */
export interface FilesOnLabs {
  /** Those that build labs besides, or look for what a lab left on this machine: one of them at a time. */
  readonly ownLabs: readonly TestFile[];
  /** Those that use one lab, whichever: first those that only reset it, then those that build it as they need it and take it down. */
  readonly oneLab: readonly TestFile[];
}

export function planTests(needs: ReadonlyMap<TestFile, TestNeeds>): TestPlan {
  const all = [...needs];
  const some = (fits: (need: TestNeeds, file: TestFile) => boolean) =>
    all.filter(([file, need]) => fits(need, file)).map(([file]) => file);
  const isEarly = ({ toolchain }: TestNeeds, { project }: TestFile) => !toolchain && project !== "page";
  const onLabs = all.filter(([, { images }]) => images);
  const debianPackages = new Set(all.flatMap(([, need]) => need.debianPackages));
  return {
    toolchain: all.some(([, need]) => need.toolchain),
    images: all.some(([, need]) => need.images),
    debianPackages: [...debianPackages].sort(),
    early: groups(some(isEarly)),
    late: groups(some((need, file) => !isEarly(need, file) && !need.images)),
    onLabs: {
      ownLabs: onLabs.filter(([, need]) => need.ownLabs).map(([file]) => file),
      oneLab: [true, false].flatMap((shares) =>
        onLabs.filter(([, need]) => !need.ownLabs && need.sharesLab === shares).map(([file]) => file),
      ),
    },
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
