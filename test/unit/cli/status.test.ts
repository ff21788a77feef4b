import { describe, expect, test } from "vitest";
import { type GuestStatus, placeOf } from "../../../cli/guest-status";
import { type LabStatus, type ServerStatus, timeOf } from "../../../cli/status";
import { statusTable } from "../../../cli/status-table";
import type { GuestView } from "../../../provider/host/guest-view";
import { on, outgoing, uuid, viewOn } from "../provider/host/sample-views";

const server = (name: string, guests = ""): ServerStatus => ({
  name,
  answers: true,
  release: name === "target" ? "trixie" : "bookworm",
  share: "nfs:/migration nfs4 /var/lib/libvirt/images",
  guests,
});
const at = "2026-11-23T08:00:00Z";
const servers = [server("source"), server("target", "guest running")];
const since = [
  { host: "source", since: "" },
  { host: "target", since: at },
];
const placed = (view: GuestView, lastMove?: Parameters<typeof placeOf>[3]) =>
  placeOf("guest", view, since, lastMove);

describe("where the guest is", () => {
  test("is what the hosts say", () => {
    expect(placed(viewOn([on("source"), on("target", "running")]))).toEqual({
      runningOn: "target",
      copies: ["target"],
      since: at,
      state: "running",
      situation: "",
    });
    expect(placed(viewOn([on("source"), on("target")]))).toEqual({
      runningOn: "nowhere",
      copies: [],
      since: "",
      state: "",
      situation: "",
    });
  });

  test("is since the last move where the host does not know it", () => {
    const view = viewOn([on("source", "running"), on("target")]);
    expect(placed(view, { runningOn: "source", migratedAt: at }).since).toBe(at);
    expect(placed(view, { runningOn: "target", migratedAt: at }).since).toBe("");
  });

  test("names both hosts when two copies run, and advises to stop the wrong one by its UUID", () => {
    const place = placed(viewOn([on("source", "running"), on("target", "running")]));
    expect(place).toMatchObject({ runningOn: "source, target", copies: ["source", "target"] });
    expect(place.situation).toMatch(new RegExp(`^TWO COPIES .*virsh destroy ${uuid} .*KVM-603`));
  });

  test("is not known while a host is silent that may have it", () => {
    const place = placed(viewOn([on("target")], ["source"]));
    expect(place).toMatchObject({ runningOn: "not known", copies: [], state: "", since: "" });
    expect(place.situation).toContain("source does not answer");
    expect(place.situation).toContain("./lab up");
    const shutOff = placed(viewOn([on("target", "shut off")], ["source"]));
    expect(shutOff.runningOn).toBe("not known");
    expect(placed(viewOn([on("target", "running")], ["source"])).runningOn).toBe("target");
  });

  const brokenSource = on("source", "paused", "post-copy failed");
  const brokenTarget = on("target", "running", "post-copy failed");

  test.each<[string, GuestView, readonly string[], RegExp]>([
    ["is moved", viewOn([on("source", "running", "", outgoing), on("target")]), ["source"], /being moved/],
    [
      "fetches its memory",
      viewOn([on("source", "paused", "post-copy", outgoing), on("target", "running", "post-copy")]),
      ["target"],
      /fetches the rest/,
    ],
    ["is whole after a break", viewOn([brokenSource, on("target", "running")]), ["target"], /nobody needs/],
    ["broke", viewOn([brokenSource, brokenTarget]), [], /destroy neither.*KVM-614/],
    ["lost its target", viewOn([brokenSource, on("target")]), [], /half of its memory is lost.*KVM-642/],
    ["lost its source", viewOn([on("source"), brokenTarget]), [], /half of its memory is lost.*KVM-642/],
    ["lost its target, or not: that is silent", viewOn([brokenSource], ["target"]), [], /not known.*KVM-644/],
    [
      "has a leftover",
      viewOn([on("source", "running"), on("target", "paused", "migrating")]),
      ["source"],
      /KVM-608/,
    ],
    ["is shut off", viewOn([on("source", "shut off"), on("target")]), [], /shut off on source/],
  ])("a half of a post-copy is never a copy, and every situation has its words: %s", (...row) => {
    const [_name, view, copies, situation] = row;
    const place = placed(view);
    expect(place.copies).toEqual(copies);
    expect(place.situation).toMatch(situation);
    if (copies.length === 0) expect(place.runningOn).toMatch(/^(?:nowhere|not known)$/);
  });
});

test("the time of a file is told as a date, or not at all", () => {
  expect(timeOf("1795420800\n")).toBe("2026-11-23T08:00:00Z");
  expect(timeOf("")).toBe("");
});

describe("the table", () => {
  const guestsOf = (...guests: [GuestStatus, ...GuestStatus[]]) => ({ guest: guests[0], guests });
  const tableOf = (view: GuestView, changed: Partial<LabStatus> = {}) =>
    statusTable(
      { lab: "dev", complete: true, servers, ...guestsOf({ name: "guest", ...placed(view) }), ...changed },
      Date.parse(at) + 5 * 60_000,
    );
  const runs = viewOn([on("source"), on("target", "running")]);

  test("ends with where the guest is and since when", () => {
    expect(tableOf(runs).split("\n").at(-1)).toBe(`guest runs on target, since ${at} (5 min ago)`);
    expect(tableOf(viewOn([on("source"), on("target")]))).toMatch(/\nguest runs nowhere$/);
  });

  test("tells each server's release", () => {
    expect(tableOf(runs)).toMatch(/source +\W bookworm [\s\S]*target +\W trixie /);
  });

  test("does not call a guest running that stands still, and says why it does", () => {
    const text = tableOf(viewOn([on("source"), on("target", "paused", "I/O error")]));
    expect(text.split("\n").at(-1)).toContain("guest is paused (I/O error) on target, since");
  });

  test("says that it is not known where the guest is, and why", () => {
    const text = tableOf(viewOn([on("target")], ["source"]));
    expect(text).toContain("\nguest is not known\n");
    expect(text).toContain("\nguest: no guest on target; source does not answer: ");
  });

  test("says what is wrong", () => {
    const trouble = { ...server("nfs"), answers: false, trouble: "KVM-401 on nfs" };
    const two = viewOn([on("source", "running"), on("target", "running")]);
    const text = tableOf(two, { complete: false, servers: [trouble] });
    expect(text).toContain("silent");
    expect(text).toContain("TWO COPIES");
    expect(text).toContain("./lab up dev goes on");
    expect(text).toContain("KVM-401 on nfs");
  });
});
