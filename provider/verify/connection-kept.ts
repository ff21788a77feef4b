import { type Judge, unproved, verdict } from "./proof";

/** The TCP connection that was opened before the move carried the answer after it. */
export const connectionKept: Judge = (evidence) => {
  if (!evidence.before.probe || !evidence.after.probe) return unproved("connection-kept", evidence);
  const kept = evidence.after.sameConnection;
  return verdict(
    "connection-kept",
    kept,
    kept ? "the same TCP connection answered" : "only a new connection was answered",
  );
};
