import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { wholeScript } from "../../../../components/remote-script";
import { LabError } from "../../../../errors/lab-error";
import { type Definitions, lookAtLoads } from "../../../../provider/migrate/host-load";
import { ScriptSandbox } from "../../templates/script-sandbox";
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

/** One virsh that carries out its commands, as the real one does: a guest that is not there is an error, and it goes on. */
const virsh = `
printf '%s\\n' "$*" | sed 's/; */\\n/g' | while read -r command rest; do
  case "$command $rest" in
    echo*) echo "$rest" ;;
    "list --all --uuid") cut -c-36 "$root/virsh/domains" ;;
    "list --all --uuid --name") cat "$root/virsh/domains" ;;
    "list --all") cat "$root/virsh/list" ;;
    domstate*) echo "running (booted)"; echo ;;
    dumpxml*) cat "$root/virsh/$rest" 2> /dev/null || echo "error: failed to get domain $rest" >&2 ;;
  esac
done`;

const list = ` Id   Name           State
------------------------------
 1    guest          running
 -    echo =x:end    shut off

`;

let box: ScriptSandbox;
beforeEach(() => {
  box = new ScriptSandbox();
  box.standIn("virsh", virsh);
  box.write("virsh/list", list);
  box.write("virsh/domains", `${texts.uuid} guest\n${other} echo =x:end\n\n`);
  box.write(`virsh/${texts.uuid}`, texts.definition());
  box.write("virsh/'guest'", texts.definition());
  box.write("proc/meminfo", texts.kernel().split("processor")[0] ?? "");
});
afterEach(() => box.remove());

let rounds = 0;
const pool = {
  async script(_host: unknown, script: string, args: readonly string[]) {
    rounds++;
    const { exitCode, ...said } = box.runText(wholeScript(args, box.below(script)));
    return { ...said, exitCode: exitCode ?? 255 };
  },
};
async function look(definitions: Definitions) {
  rounds = 0;
  const [load] = await lookAtLoads([host], () => definitions, { pool, signal: new AbortController().signal });
  return load;
}

describe("what a host carries, by a real shell with a stand-in for virsh", () => {
  test("is read in one round, the definitions of all guests with it", async () => {
    const load = await look("all");
    expect(rounds).toBe(1);
    expect(load?.memory).toEqual({ availableKiB: 752_940, hugePagesFreeKiB: 3 * 2048 });
    expect(load?.domains).toEqual([
      {
        name: "guest",
        uuid: texts.uuid,
        state: "running",
        reason: "booted",
        definition: expect.objectContaining({ ramKiB: 131_080 }),
        marks: [],
      },
      {
        name: "echo =x:end",
        uuid: other,
        state: "shut off",
        reason: "booted",
        definition: undefined,
        marks: [],
      },
    ]);
    expect(box.takeCalls()).toHaveLength(2);
  });

  test("one virsh is enough where the guest is known, or no definition is wanted", async () => {
    expect((await look({ guest: "guest" }))?.domains[0]?.definition?.ramKiB).toBe(131_080);
    expect((await look("none"))?.domains[0]?.definition).toBeUndefined();
    expect(box.takeCalls()).toHaveLength(2);
  });

  test("a host that does not have the guest says nothing of it", async () => {
    expect((await look({ guest: "elsewhere" }))?.domains.map(({ definition }) => definition)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("silence of libvirt is never taken for a host without guests", async () => {
    box.standIn("virsh", "echo 'error: failed to connect to the hypervisor' >&2; exit 1");
    await expect(look("all")).rejects.toMatchObject({
      facts: { code: "KVM-610", host: "source", found: expect.stringContaining("failed to connect") },
    });
  });

  test("a list that says two things is asked for again", async () => {
    box.write("virsh/domains", `${other} echo =x:end\n\n`);
    await expect(look("none")).rejects.toBeInstanceOf(LabError);
    expect(rounds).toBe(3);
  });
});
