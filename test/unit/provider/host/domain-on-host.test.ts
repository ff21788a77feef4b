import { describe, expect, test } from "vitest";
import { parseLook } from "../../../../provider/host/domain-on-host";

const look = (state: string, reason: string) => ` Id   Name    State
-----------------------
 3    guest   ${state}

=dominfo
Id:             3
Name:           guest
UUID:           6695eb01-f6a4-8304-79aa-97f2502e193f
OS Type:        hvm
State:          ${state}
CPU(s):         1
Persistent:     yes

=state
${state} (${reason})

=job
Job type:         None        

=end
=unresolved
`;

describe("one look at a host", () => {
  test.each([
    ["running", "booted"],
    ["running", "post-copy failed"],
    ["paused", "I/O error"],
    ["shut off", "migrated"],
  ])("tells why the guest is %s: %s", (state, reason) => {
    expect(parseLook("source", "guest", look(state, reason))?.domain).toEqual({
      uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f",
      state,
      reason,
      persistent: true,
    });
  });

  test("does without the reason where there is none", () => {
    const seen = parseLook(
      "source",
      "guest",
      look("running", "booted").replace(/=state\n.*\n\n/, "=state\n"),
    );
    expect(seen?.domain?.state).toBe("running");
    expect(seen?.domain?.reason).toBeUndefined();
  });
});
