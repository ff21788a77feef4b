/** After two seconds the guest goes on at the target, and fetches what is missing for some ten seconds more. */
export const hybrid = {
  mode: "hybrid" as const,
  bandwidthMiBps: 4,
  progressSeconds: 1,
  convergence: { secondsPerGiB: 16 },
};

/** What is shown from the switch on. */
export const switched = /migrating guest to \w+: .*runs on/;
