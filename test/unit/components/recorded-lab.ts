import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, vi } from "vitest";
import { Lab } from "../../../components/lab";
import type { Platform } from "../../../components/platform";
import { checkSettings } from "../../../stacks/settings";
import { recordProgram } from "./recorded-program";
import { privatePlatform } from "./sample-platforms";

export const scratch = mkdtempSync(join(tmpdir(), "lab-test-"));
export const guestImage = { bundle: join(scratch, "guest.tar.gz"), key: "key1" };
export const keyFile = join(scratch, "id_ed25519");
writeFileSync(guestImage.bundle, "bundle");
writeFileSync(keyFile, "THE USER'S KEY\n");
// Identity disks are files in the lab's folder.
beforeAll(() => void vi.stubEnv("KVMLAB_CACHE", scratch));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

/** The lab of these settings, by its own component. */
export const record = (given: Record<string, unknown>, kept: Partial<Platform> = {}) =>
  recordProgram(() => {
    const settings = checkSettings(given);
    const platform = settings.machines === "existing" ? undefined : { ...privatePlatform, ...kept };
    return new Lab("lab", { settings, platform, guestImage }).outputs;
  });

export const promised = (value: pulumi.Input<unknown>) =>
  new Promise<unknown>((resolve) => void pulumi.all([value]).apply(([known]) => resolve(known)));
