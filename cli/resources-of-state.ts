import { z } from "zod";

const state = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          inputs: z.record(z.string(), z.unknown()).optional(),
          outputs: z.record(z.string(), z.unknown()).optional(),
          dependencies: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
  }),
});

export type ResourceOfState = NonNullable<z.output<typeof state>["deployment"]["resources"]>[number];

/** What a state of the engine has (`pulumi stack export`), of each resource what the lab asks about. */
export function resourcesOfState(text: string): readonly ResourceOfState[] {
  return state.parse(JSON.parse(text)).deployment.resources ?? [];
}
