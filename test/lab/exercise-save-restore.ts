import { expect } from "vitest";
import { Inside } from "./inside";

const images = "/var/lib/libvirt/images/guest";
const memory = `${images}/exam.save`;
const disk = `${images}/disk.qcow2`;
const copy = `${images}/exam.qcow2`;

/** docs/how-to/exercise-save-restore.md, word for word where it is commands. The guest is on source. */
export async function exerciseSaveRestore(lab: string): Promise<void> {
  const inside = await Inside.open(lab);
  const source = (command: string) => inside.on("source", command, 120);
  try {
    const first = await inside.ask();
    await source(`virsh save guest ${memory}`);
    await source(`cp --sparse=always ${disk} ${copy}`);
    await source(`virsh restore ${memory}`);
    const saved = await inside.ask();
    expect(saved.status.bootId).toBe(first.status.bootId);

    let later = await inside.ask();
    while (later.status.syncedSequence < saved.status.syncedSequence + 5) later = await inside.ask();
    await source("virsh destroy guest");
    await source(`dd if=/dev/urandom of=${disk} bs=1M count=4 conv=notrunc`);
    expect((await inside.attempt("source", "virsh start guest")).stderr).toMatch(/qcow2|disk/);

    await source(`cp --sparse=always ${copy} ${disk}`);
    await source(`virsh restore ${memory}`);
    const back = await inside.ask();
    // The same boot: what ran goes on running, and the data is whole.
    expect(back.status.bootId).toBe(first.status.bootId);
    expect(back.disk).toMatchObject({ gaps: 0, torn: 0, readOnly: false });
    expect(back.memory.wrong).toBe(0);
    // It is behind where it was: these numbers, of its first life, are the lost ones.
    expect(back.status.counter).toBeLessThan(later.status.counter);
    expect(back.status.counter).toBeGreaterThanOrEqual(first.status.counter);
    const [from, to] = [first.status.syncedSequence + 1, later.status.syncedSequence];
    console.log(`lost with the exercise: what was written as ${from} to ${to}, at most`);
    expect(to).toBeGreaterThan(from);
    await source(`rm ${memory} ${copy}`);
  } finally {
    inside.close();
  }
}
