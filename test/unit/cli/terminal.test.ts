import { expect, test } from "vitest";
import { withoutSeparator } from "../../../cli/terminal";

test.each<readonly [string[], string[]]>([
  [
    ["--", "uname", "-r"],
    ["uname", "-r"],
  ],
  [["--"], []],
  [
    ["uname", "--", "x"],
    ["uname", "--", "x"],
  ],
  [
    ["--", "--", "x"],
    ["--", "x"],
  ],
  [[], []],
])("of %j the command is %j", (typed, command) => {
  expect(withoutSeparator(typed)).toEqual(command);
});
