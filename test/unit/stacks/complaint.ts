import { LabError } from "../../../errors/lab-error";
import { checkSettings } from "../../../stacks/settings";

/** The complaint about `given`, or nothing when it is accepted. */
export function complaint(given: Record<string, unknown>): LabError | undefined {
  try {
    checkSettings(given);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}
