import { type ProofCheck, unproved, verdict } from "./proof";

/** The TCP connection that was opened before the move carried the answer after it. */
export const connectionKept: ProofCheck = (evidence) => {
  const name = "connection-kept";
  const { probe, connection } = evidence.after;
  if (!evidence.before.probe) return unproved(name, evidence);
  if (connection === "way-cut") {
    return {
      name,
      verdict: "unproved",
      facts: "the SSH connection to the observer broke, and the guest's with it",
    };
  }
  if (connection === "kept") return verdict(name, true, "the same TCP connection answered");
  return verdict(
    name,
    false,
    probe ? "only a new connection was answered" : "neither it nor a new one was answered",
  );
};
