import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findStack, mergeConfig, parseOverrides } from "../../../cli/lab-stack";

describe("the copy of a stack's file", () => {
  const file = "# a lab\nconfig:\n  # where it ends\n  lab:guestRunsOn: target\n";

  test("keeps comments, takes overrides and the salt of an earlier copy", () => {
    const merged = mergeConfig(file, "encryptionsalt: v1:abc\nconfig:\n  lab:old: 1\n", "lab", {
      guestRunsOn: "source",
    });
    expect(merged).toContain("# where it ends");
    expect(merged).toContain("lab:guestRunsOn: source");
    expect(merged).toContain("encryptionsalt: v1:abc");
    expect(merged).not.toContain("lab:old");
  });

  test("is the file itself when there is nothing to add", () => {
    expect(mergeConfig(file, "", "lab", {})).toBe(file);
  });

  test("has objects where an older file has texts of JSON: the engine refuses those", () => {
    const project = "kvm-migration-lab";
    const old = `config:\n  ${project}:migrationOptions: '{"mode":"postCopy"}'\n  ${project}:measure: "true"\n`;
    const merged = mergeConfig(old, "", project, {});
    expect(parse(merged)).toEqual({
      config: { [`${project}:migrationOptions`]: { mode: "postCopy" }, [`${project}:measure`]: true },
    });
    expect(mergeConfig(merged, "", project, {})).toBe(merged);
  });
});

test("key=value words keep numbers as numbers and everything after the first equals sign", () => {
  expect(parseOverrides(["hostMemoryMiB=2048", "hypervisor=qemu+unix:///system?socket=/x"])).toEqual({
    hostMemoryMiB: 2048,
    hypervisor: "qemu+unix:///system?socket=/x",
  });
});

test("options are JSON on the command line", () => {
  expect(parseOverrides(['migrationOptions={"mode":"postCopy"}', "measure=true"])).toEqual({
    migrationOptions: { mode: "postCopy" },
    measure: true,
  });
  expect(parseOverrides(["measure=yes"])).toEqual({ measure: "yes" });
});

test("the project's prefix may stand before a key", () => {
  expect(parseOverrides(["kvm-migration-lab:guestRunsOn=source"])).toEqual({ guestRunsOn: "source" });
});

test("a word that is no setting is refused", () => {
  for (const word of ["guestRunsOn", "=source", ""]) expect(() => parseOverrides([word])).toThrow("KVM-911");
});

test("an unknown stack is answered with those that there are", async () => {
  await expect(findStack("classrom")).rejects.toThrow(
    /classroom, cluster, dev, dns, existing, glusterfs, iscsi[\s\S]*did you mean .\/lab up classroom/,
  );
});
