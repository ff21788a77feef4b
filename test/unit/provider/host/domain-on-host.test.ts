import { describe, expect, test } from "vitest";
import { parseInspection } from "../../../../provider/host/domain-on-host";
import { sectionsOf } from "../../../../provider/host/sections";

const seenIn = (host: string, guest: string, text: string) =>
  parseInspection(host, guest, sectionsOf("t", text));

const inspect = (state: string, reason: string) => `=t:list
 Id   Name    State
-----------------------
 3    guest   ${state}

=t:domains
6695eb01-f6a4-8304-79aa-97f2502e193f guest                         

=t:dominfo
Id:             3
Name:           guest
UUID:           6695eb01-f6a4-8304-79aa-97f2502e193f
OS Type:        hvm
State:          ${state}
CPU(s):         1
Persistent:     yes

=t:state
${state} (${reason})

=t:job
Job type:         None        

=t:end
=t:unresolved
`;

describe("one look at a host", () => {
  test.each([
    ["running", "booted"],
    ["running", "post-copy failed"],
    ["paused", "I/O error"],
    ["shut off", "migrated"],
  ])("tells why the guest is %s: %s", (state, reason) => {
    expect(seenIn("source", "guest", inspect(state, reason))?.domain).toEqual({
      name: "guest",
      uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f",
      state,
      reason,
      persistent: true,
    });
  });

  test("does without the reason where there is none", () => {
    const seen = seenIn(
      "source",
      "guest",
      inspect("running", "booted").replace(/=t:state\n.*\n\n/, "=t:state\n"),
    );
    expect(seen?.domain?.state).toBe("running");
    expect(seen?.domain?.reason).toBeUndefined();
  });
});

describe("a look at a guest that is given by its UUID", () => {
  const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  const there = inspect("running", "booted");

  test("finds it whatever it is called", () => {
    const renamed = there
      .replaceAll("guest ", "mail  ")
      .replace("Name:           guest", "Name:           mail");
    expect(seenIn("target", uuid.toUpperCase(), renamed)?.domain).toMatchObject({ name: "mail", uuid });
    expect(seenIn("target", "guest", renamed)?.domain).toBeUndefined();
  });

  const without = there.replace(/=t:dominfo\n[^=]*/, "=t:dominfo\n");

  test("takes silence for nothing: it is listed, and nothing is told of it", () => {
    expect(seenIn("target", uuid, without)).toBeUndefined();
    expect(seenIn("target", "guest", without)).toBeUndefined();
  });

  test("does not take a guest for it whose name is that UUID", () => {
    const other = there
      .replace(uuid, "11111111-f6a4-8304-79aa-97f2502e193f")
      .replace(uuid, "11111111-f6a4-8304-79aa-97f2502e193f");
    const namesake = other.replace("Name:           guest", `Name:           ${uuid}`);
    const seen = seenIn("target", uuid, namesake);
    expect(seen).toBeDefined();
    expect(seen?.domain).toBeUndefined();
  });
});
