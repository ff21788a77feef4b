import { beforeEach, describe, expect, test } from "vitest";
import { ProviderError } from "../../../../provider/errors/provider-error";
import { type Definitions, inspectLoads } from "../../../../provider/migrate/host-load";
import * as texts from "../preflight/sample-texts";

const other = texts.uuid.replace("8f6f", "1111");
const host = {
  name: "source",
  address: "source",
  port: 22,
  user: "root",
  privateKey: "k",
  hostKey: "h",
};

const list = ` Id   Name           State
------------------------------
 1    guest          running
 -    echo =x:end    shut off

`;

let answers: Record<string, string>;
beforeEach(() => {
  answers = {
    "list --all": list,
    "list --all --uuid --name": `${texts.uuid} guest\n${other} echo =x:end\n\n`,
    [`dumpxml ${texts.uuid}`]: texts.definition(),
    [`domstate ${texts.uuid} --reason`]: "running (booted)\n\n",
    [`domstate ${other} --reason`]: "shut off (booted)\n\n",
  };
});

let asked: string[] = [];
const pool = {
  async virsh(_host: unknown, commands: readonly string[]) {
    asked.push(...commands);
    return commands.map((command) => {
      const out = answers[command];
      return out === undefined ? { out: "", err: "error: failed to get domain\n" } : { out, err: "" };
    });
  },
  shell: async () => texts.kernel().split("processor")[0] ?? "",
};
async function inspect(definitions: Definitions) {
  asked = [];
  const [load] = await inspectLoads([host], () => definitions, {
    pool,
    signal: new AbortController().signal,
  });
  return load;
}

describe("what a host carries", () => {
  test("is read with the definitions of all guests", async () => {
    const load = await inspect("all");
    expect(load?.memory).toEqual({ availableKiB: 752_940, hugePagesFreeKiB: 3 * 2048 });
    expect(load?.domains).toEqual([
      {
        name: "guest",
        uuid: texts.uuid,
        state: "running",
        reason: "booted",
        definition: expect.objectContaining({ ramKiB: 131_080 }),
        marks: [],
        autostart: false,
        carriesAutostart: false,
      },
      {
        name: "echo =x:end",
        uuid: other,
        state: "shut off",
        reason: "booted",
        definition: undefined,
        marks: [],
        autostart: false,
      },
    ]);
  });

  test("no definition is asked for that is not wanted", async () => {
    expect((await inspect({ guest: "guest" }))?.domains[0]?.definition?.ramKiB).toBe(131_080);
    expect(asked.filter((command) => command.startsWith("dumpxml"))).toEqual([`dumpxml ${texts.uuid}`]);
    expect((await inspect("none"))?.domains[0]?.definition).toBeUndefined();
    expect(asked).toEqual(["list --all", "list --all --uuid --name"]);
  });

  test("a host that does not have the guest says nothing of it", async () => {
    expect((await inspect({ guest: "elsewhere" }))?.domains.map(({ definition }) => definition)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("silence of libvirt is never taken for a host without guests", async () => {
    answers = {};
    await expect(inspect("all")).rejects.toMatchObject({
      facts: { code: "KVM-610", host: "source", found: expect.stringContaining("failed to get") },
    });
  });

  test("a list that says two things is asked for again", async () => {
    answers["list --all --uuid --name"] = `${other} echo =x:end\n\n`;
    await expect(inspect("none")).rejects.toBeInstanceOf(ProviderError);
    expect(asked.filter((command) => command === "list --all")).toHaveLength(3);
  });
});
