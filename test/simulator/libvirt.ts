import { isMeant, isUuid } from "../../provider/host/domain-name";
import { booted, type Domain, forget, readDefinition, readMarks, stateOf } from "./domains";
import { Move } from "./move";
import type { MoveOptions } from "./move-options";
import type { Actor, Host, World } from "./world";

/** What virsh writes and how it ends. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const well = (out = ""): Answer => ({ code: 0, out, err: "" });
export const refused = (why: string): Answer => ({ code: 1, out: "", err: `error: ${why}\n` });

const notValid = (why: string) => refused(`Requested operation is not valid: ${why}`);

/** libvirt on one host: what virsh can have done there. Nothing here takes time. */
export class Libvirt {
  constructor(
    readonly world: World,
    readonly host: Host,
    readonly actor: Actor,
  ) {}

  find(given: string): Domain | undefined {
    const { domains } = this.host;
    return (
      domains.find((one) => isUuid(given) && isMeant(given, one)) ?? domains.find((one) => one.name === given)
    );
  }

  destroy(given: string): Answer {
    return this.#with(given, (domain) => {
      if (!domain.active) return notValid("domain is not running");
      this.world.watchman.destroys(this.actor, this.host, domain);
      this.#tell("destroy", domain);
      this.end(domain, "destroyed");
      return well();
    });
  }

  /** An active domain is no more, for whatever reason. */
  end(domain: Domain, reason: string): void {
    domain.active = undefined;
    domain.offReason = reason;
    forget(this.host, domain);
    this.world.watchman.inspectHosts();
  }

  undefine(given: string): Answer {
    return this.#with(given, (domain) => {
      if (!domain.persistent) return notValid("cannot undefine transient domain");
      this.world.watchman.undefines(this.actor, this.host, domain);
      this.#tell("undefine", domain);
      [domain.persistent, domain.autostart] = [false, false];
      forget(this.host, domain);
      return well();
    });
  }

  /** `virsh autostart` */
  autostart(given: string, autostart: boolean): Answer {
    return this.#with(given, (domain) => {
      if (!domain.persistent) return notValid("cannot set autostart for transient domain");
      this.world.watchman.changes(this.actor, "sets the autostart of", this.host, domain);
      domain.autostart = autostart;
      return well();
    });
  }

  define(xml: string): Answer {
    const read = readDefinition(xml);
    if (read === undefined) return refused("XML error");
    const { domains } = this.host;
    const same = domains.find(({ uuid }) => uuid === read.uuid);
    const named = domains.find(({ name }) => name === read.name);
    if ((named && named !== same) || (same && same.name !== read.name))
      return refused(
        `operation failed: domain '${(same ?? named)?.name}' already exists with uuid ${(same ?? named)?.uuid}`,
      );
    if (same) {
      this.world.watchman.changes(this.actor, "defines", this.host, same);
      same.persistent = true;
      same.marks = readMarks(xml);
    } else {
      if (this.actor === "us") this.world.watchman.makes(read.uuid);
      domains.push({
        ...read,
        xml,
        persistent: true,
        autostart: false,
        marks: readMarks(xml),
        offReason: "unknown",
      });
      this.world.tell(`${this.actor} define ${read.name} on ${this.host.name}`);
    }
    return well();
  }

  start(given: string): Answer {
    return this.#with(given, (domain) => {
      if (domain.active) return notValid("domain is already running");
      this.world.watchman.starts(this.actor, this.host, domain);
      this.#tell("start", domain);
      domain.active = booted(this.world.nextLife(), domain.marks);
      this.world.watchman.inspectHosts();
      return well();
    });
  }

  resume(given: string): Answer {
    return this.#with(given, (domain) => {
      const { active } = domain;
      if (!active) return notValid("domain is not running");
      if (active.state !== "paused") return notValid("domain is already running");
      // A move has the guest's lock, and one that broke after the switch keeps it.
      if (active.move || active.pages !== "whole")
        return refused("Timed out during operation: cannot acquire state change lock (held by monitor)");
      this.world.watchman.resumes(this.actor, this.host, domain);
      this.#tell("resume", domain);
      active.state = "running";
      active.reason = "unpaused";
      this.world.watchman.inspectHosts();
      return well();
    });
  }

  suspend(given: string): Answer {
    return this.#with(given, (domain) => {
      const { active } = domain;
      if (!active) return notValid("domain is not running");
      if (active.pages !== "whole")
        return refused("Timed out during operation: cannot acquire state change lock");
      this.world.watchman.suspends(this.actor, this.host, domain);
      this.#tell("suspend", domain);
      if (active.state === "running") {
        active.state = "paused";
        active.reason = "user";
      }
      return well();
    });
  }

  rename(given: string, name: string): Answer {
    return this.#with(given, (domain) => {
      if (domain.active) return notValid("domain has to be shut off before it can be renamed");
      if (this.find(name)) return refused(`operation failed: domain with name '${name}' already exists`);
      this.world.watchman.changes(this.actor, "renames", this.host, domain);
      this.#tell(`rename to ${name}`, domain);
      domain.name = name;
      return well();
    });
  }

  abortJob(given: string): Answer {
    return this.#with(given, ({ active }) => {
      const move = active?.move;
      if (!move || move.over || move.source.active !== active)
        return notValid("no job is active on the domain");
      const why = move.abort();
      return why === undefined ? well() : refused(why);
    });
  }

  postCopy(given: string): Answer {
    return this.#with(given, ({ active }) => {
      const move = active?.move;
      if (!move?.switch()) return notValid("domain is not being migrated");
      this.world.watchman.inspectHosts();
      return well();
    });
  }

  /** Begins a move, or gives why there is none. */
  migrate(given: string, target: Host, options: MoveOptions): Move | Answer {
    const domain = this.find(given);
    if (domain === undefined) return noDomain(given);
    this.world.watchman.changes(this.actor, "migrates", this.host, domain);
    if (!domain.active) return notValid("domain is not running");
    if (domain.active.move && !domain.active.move.over)
      return notValid("another migration job is already running for the domain");
    if (domain.active.pages !== "whole") return refused("Timed out: cannot acquire state change lock");
    this.#tell(`migrate to ${target.name}`, domain);
    return new Move(this.world, domain, this.host, target, options);
  }

  /** Carries the definition alone over. */
  migrateOffline(given: string, target: Host, options: MoveOptions): Answer {
    return this.#with(given, (domain) => {
      const name = options.newName ?? domain.name;
      if (domain.active) return notValid("domain is running");
      if (!this.world.linked(this.host.name, target.name) || !target.libvirtd)
        return refused("unable to connect to server: Connection timed out");
      const other = target.domains.find((one) => one.uuid === domain.uuid || one.name === name);
      if (other && other.uuid !== domain.uuid)
        return refused(`operation failed: domain '${name}' already exists`);
      if (other) [other.persistent, other.marks] = [true, domain.marks];
      else target.domains.push({ ...domain, name, persistent: true, autostart: false });
      if (options.undefineSource) [domain.persistent, domain.autostart] = [false, false];
      forget(this.host, domain);
      return well();
    });
  }

  recover(given: string): Move | Answer {
    const domain = this.find(given);
    if (domain === undefined) return noDomain(given);
    this.world.watchman.changes(this.actor, "migrates", this.host, domain);
    const move = domain.active?.move;
    if (!move || move.source !== domain) return notValid("migration of domain is not in post-copy phase");
    if (move.over) return notValid("QEMU reports migration is still running");
    const why = move.recover();
    return why === undefined ? move : notValid(why);
  }

  #with(given: string, act: (domain: Domain) => Answer): Answer {
    const domain = this.find(given);
    return domain === undefined ? noDomain(given) : act(domain);
  }

  #tell(what: string, domain: Domain): void {
    this.world.tell(`${this.actor}: ${what} ${domain.name} on ${this.host.name} (it was ${stateOf(domain)})`);
  }
}

export function noDomain(given: string): Answer {
  return refused(`failed to get domain '${given}'`);
}
