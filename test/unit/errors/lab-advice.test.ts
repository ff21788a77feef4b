import { expect, it } from "vitest";
import { catalog } from "../../../errors/catalog";
import { labAdvice, withLabAdvice } from "../../../errors/lab-advice";
import { LabError } from "../../../errors/lab-error";
import { catalog as providerCatalog } from "../../../provider/errors/catalog";
import { ProviderError } from "../../../provider/errors/provider-error";

const gone = { code: "KVM-506", host: "target", expected: "guest", found: "none", fix: "pulumi up" } as const;

it("advises on the provider's codes only", () => {
  for (const code of Object.keys(labAdvice)) expect(Object.keys(providerCatalog)).toContain(code);
});

it("the provider's codes are among those of the lab, and none has two meanings", () => {
  expect(Object.keys(catalog)).toEqual(expect.arrayContaining(Object.keys(providerCatalog)));
  for (const [code, entry] of Object.entries(providerCatalog)) expect(catalog).toHaveProperty(code, entry);
});

it("an error of the provider is one for the lab's reader, too", () => {
  expect(new ProviderError(gone)).toBeInstanceOf(LabError);
});

it("says what ./lab does below the fix of each error, and nothing of what has no advice", () => {
  const other = new LabError({ ...gone, code: "KVM-903" }).message;
  const both = [new ProviderError({ ...gone, fix: "pulumi up\n            or not" }).message, other];
  expect(withLabAdvice([...both, "  all of it: /a/log"].join("\n")).split("\n")).toEqual([
    ...["KVM-506 on target", "  expected: guest", "  found:    none", "  fix:      pulumi up"],
    ...["            or not", "  lab:      ./lab up --refresh makes the guest again."],
    ...other.split("\n"),
    "  all of it: /a/log",
  ]);
});
