import { expect, test } from "vitest";
import { evaluate } from "../../../../provider/preflight/evaluate";
import type { MoveFacts } from "../../../../provider/preflight/facts/move-facts";
import { onSource, onTarget } from "./sample-changes";
import { facts, way } from "./sample-facts";
import * as texts from "./sample-texts";

const dns = "search lab.internal\nnameserver 10.77.0.2\n";
/** Of a source whose look-ups are as these lines say, and of a target that asks the same name server. */
const seen = (lookup: string, changed: Record<string, string> = {}): Partial<MoveFacts> => ({
  ...onSource({ lookup, ...changed }),
  ...onTarget({ lookup: dns }),
});
const lost = { other: "" };

/** The one failure of a move that is sound but for these names. */
function failureOf(changed: Partial<MoveFacts>) {
  const { failures } = evaluate(facts(changed));
  expect(failures).toHaveLength(1);
  return failures[0]?.facts;
}

test.each([
  ["no name server", "", /finds no address$/, /add a line "ADDRESS target" to \/etc\/hosts on source/],
  [
    "a name server that nobody asks",
    `${dns}hosts: files\n`,
    /nsswitch\.conf there asks files for hosts, no name server/,
    /add dns to the line "hosts:"/,
  ],
  [
    "a name server that does not run",
    `${dns}asked 10.77.0.2 1\n`,
    /nothing listens on port 53 of the name server 10\.77\.0\.2$/,
    /^on the name server 10\.77\.0\.2: systemctl restart dnsmasq/,
  ],
  ["one that is silent", `${dns}asked 10.77.0.2 142\n`, /the name server 10\.77\.0\.2 is silent/, /port 53/],
  [
    "a look that was ended at its limit",
    `${dns}asked 10.77.0.2 124\n`,
    /the name server 10\.77\.0\.2 is silent/,
    /port 53/,
  ],
  [
    "two of them, each for its reason",
    `${dns}nameserver 10.77.0.9\nasked 10.77.0.2 1\nasked 10.77.0.9 142\n`,
    /nothing listens on port 53 of the name server 10\.77\.0\.2; the name server 10\.77\.0\.9 is silent/,
    /port 53/,
  ],
  [
    "another search domain",
    "search lab.invalid\nnameserver 10.77.0.2\nasked 10.77.0.2 0\n",
    /completed with lab\.invalid there, and with lab\.internal on target/,
    /"search lab\.internal"/,
  ],
  [
    "none at all",
    "nameserver 10.77.0.2\nasked 10.77.0.2 0\n",
    /completed with no domain there/,
    /"search lab\.internal"/,
  ],
  [
    "no record",
    `${dns}asked 10.77.0.2 0\n`,
    /the name server 10\.77\.0\.2 answers, and has no record of target \(completed with lab\.internal\)/,
    /add a record of target/,
  ],
  [
    "a name server that could not be asked",
    dns,
    /10\.77\.0\.2 has told no address of target .*whether it answers at all was not tried$/,
    /add a record of target/,
  ],
  [
    "one that answers beside one that does not",
    `${dns}nameserver 10.77.0.9\nasked 10.77.0.2 1\nasked 10.77.0.9 0\n`,
    /has no record of target/,
    /add a record/,
  ],
])("a name that is not resolved for %s is refused with that", (_what, lookup, found, fix) => {
  const failure = failureOf(seen(lookup, lost));
  expect(failure).toMatchObject({ code: "KVM-611", host: "source" });
  expect(failure?.found).toMatch(found);
  expect(failure?.fix).toMatch(fix);
});

test("one name server that is down for both hosts is fixed once", () => {
  const lookup = `${dns}asked 10.77.0.2 1\n`;
  const failure = failureOf({ ...onSource({ lookup, ...lost }), ...onTarget({ lookup, ...lost }) });
  expect(failure?.host).toBe("source, target");
  expect(failure?.fix.match(/systemctl restart/g)).toHaveLength(1);
});

const elsewhere = { other: texts.getent("10.77.0.62", "target") };
const nobodyAnswers = { reach: way({ ssh: "0\nlibvirt-is-there\n" }) };

test("a wrong record is corrected on the name server, a line of the hosts file on the host", () => {
  const record = failureOf({ ...seen(dns, elsewhere), ...nobodyAnswers });
  expect(record?.code).toBe("KVM-631");
  expect(record?.found).toContain("on source, target is 10.77.0.62 (its name server 10.77.0.2 says so)");
  expect(record?.fix).toMatch(/^on the name server 10\.77\.0\.2: the record of target to be 10\.77\.0\.12/);
  const line = failureOf({ ...seen(`${dns}entry 10.77.0.62 target # old\n`, elsewhere), ...nobodyAnswers });
  expect(line?.found).toContain('(its hosts file: "10.77.0.62 target # old")');
  expect(line?.fix).toMatch(/^in \/etc\/hosts on source/);
});

test("a name that is resolved by a hosts file needs no name server that answers", () => {
  expect(evaluate(facts(seen(`${dns}entry 10.77.0.12 target\nasked 10.77.0.2 1\n`))).failures).toEqual([]);
});
