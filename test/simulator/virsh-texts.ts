import { type Domain, reasonOf, stateOf } from "./domains";
import { type Answer, noDomain, refused, well } from "./libvirt";
import type { Host } from "./world";

/* What virsh of libvirt 9.0 prints. */

export const noDaemon: Answer = {
  code: 1,
  out: "",
  err: "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n",
};

export function list({ domains }: Host): string {
  const lines = domains.map(
    (one, index) => ` ${one.active ? index + 1 : "-"}    ${one.name}    ${stateOf(one)}\n`,
  );
  return ` Id   Name   State\n--------------------\n${lines.join("")}\n`;
}

export function uuidsAndNames({ domains }: Host): string {
  return domains.map(({ uuid, name }) => `${uuid} ${name}\n`).join("");
}

export function dominfo(domain: Domain | undefined, given: string): Answer {
  if (domain === undefined) return noDomain(given);
  return well(
    `Name:           ${domain.name}\nUUID:           ${domain.uuid}\nState:          ${stateOf(domain)}\nPersistent:     ${domain.persistent ? "yes" : "no"}\nAutostart:      ${domain.autostart ? "enable" : "disable"}\nManaged save:   no\n\n`,
  );
}

export function domstate(domain: Domain | undefined, given: string): Answer {
  return domain === undefined ? noDomain(given) : well(`${stateOf(domain)} (${reasonOf(domain)})\n\n`);
}

const total = 128;

/** `virsh domjobinfo`. */
export function domjobinfo(domain: Domain | undefined, given: string): Answer {
  if (domain === undefined) return noDomain(given);
  const { active } = domain;
  const move = active?.move;
  if (!active || !move) return well("Job type:         None        \n\n");
  if (move.target === domain)
    return move.over && active.pages === "whole"
      ? well("Job type:         None        \n\n")
      : refused("Operation not supported: migration statistics are available only on the source host");
  // A half keeps its job for a recovery, whether or not there is anything to recover.
  if (move.over && active.pages === "whole") return well("Job type:         None        \n\n");
  if (active.reason === "post-copy failed" && move.forgetsJob)
    return well("Job type:         Failed      \n\n");
  const left = total * move.left;
  const lines = [
    "Job type:         Unbounded   ",
    "Operation:        Outgoing migration",
    `Time elapsed:     ${Math.round(move.elapsedMs)}         ms`,
    ...(move.phase === "connecting"
      ? []
      : [
          `Data processed:   ${(total - left).toFixed(3)} MiB`,
          `Data remaining:   ${left.toFixed(3)} MiB`,
          `Data total:       ${total}.000 MiB`,
          `Memory bandwidth: ${move.cut ? "0.000" : "10.000"} MiB/s`,
          `Iteration:        ${move.iteration}            `,
        ]),
    ...(move.switched ? ["Postcopy requests: 7           "] : []),
  ];
  return well(`${lines.join("\n")}\n\n`);
}
