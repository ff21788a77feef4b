import type { Domain } from "./domains";
import type { Actor, Host, World } from "./world";

/** What must never happen, whatever else does. It is looked at when it is about to happen, not when its traces are found. */
export class Watchman {
  readonly violations: string[] = [];
  /** Guests of others: nothing of theirs is ever touched. */
  readonly foreign = new Set<string>();
  /** Guests that are just being removed because the program says so. */
  readonly removing = new Set<string>();
  /** Guests of which somebody else started a second copy. */
  readonly spoilt = new Set<string>();
  /** Guests that somebody else suspended: nobody resumes them. */
  readonly suspended = new Set<string>();

  /** Guests that start with their host, wherever the product takes them. libvirt forgets it of a guest that somebody else moves. */
  readonly autostart = new Set<string>();

  constructor(readonly world: World) {}

  destroys(actor: Actor, host: Host, domain: Domain): void {
    const { active, uuid } = domain;
    if (active === undefined || active.state === "crashed") return;
    if (actor !== "us") return;
    this.#touches("destroys", host, domain);
    if (this.removing.has(uuid)) return;
    const others = this.world.activeOf(uuid).filter(({ domain: other }) => other !== domain);
    const whole = others.some((other) => other.active.pages === "whole" && other.active.life === active.life);
    if (whole) return;
    if (active.pages === "whole")
      this.#violated(`destroys the only whole copy of ${domain.name} on ${host.name}`);
    else if (active.pages === "filling")
      this.#violated(`destroys a copy of ${domain.name} on ${host.name} that is being filled`);
    else if (others.some((other) => other.active.pages.endsWith("half") && other.active.life === active.life))
      this.#violated(`destroys a half of ${domain.name} on ${host.name} whose other half is there`);
  }

  undefines(actor: Actor, host: Host, domain: Domain): void {
    if (actor !== "us") {
      this.autostart.delete(domain.uuid);
      return;
    }
    this.#touches("undefines", host, domain);
    if (this.removing.has(domain.uuid)) return;
    const elsewhere = this.world.definitionsOf(domain.uuid).filter(({ name }) => name !== host.name);
    const activeElsewhere = this.world.activeOf(domain.uuid).some((other) => other.host !== host);
    if (elsewhere.length === 0 && !activeElsewhere)
      this.#violated(`undefines the last definition of ${domain.name} on ${host.name}`);
  }

  starts(actor: Actor, host: Host, domain: Domain): void {
    const there = this.world.activeOf(domain.uuid);
    if (actor !== "us") {
      if (there.length > 0) this.spoilt.add(domain.uuid);
      return;
    }
    this.#touches("starts", host, domain);
    if (there.length > 0)
      this.#violated(
        `starts ${domain.name} on ${host.name}, which is ${there.map((one) => `${one.active.state} (${one.active.reason}) on ${one.host.name}`).join(", ")}`,
      );
  }

  resumes(actor: Actor, host: Host, domain: Domain): void {
    const running = this.world.runningOf(domain.uuid).filter((one) => one.domain !== domain);
    if (actor !== "us") {
      if (running.length > 0) this.spoilt.add(domain.uuid);
      this.suspended.delete(domain.uuid);
      return;
    }
    this.#touches("resumes", host, domain);
    if (running.length > 0)
      this.#violated(`resumes ${domain.name} on ${host.name}, which runs on ${running[0]?.host.name}`);
    if (this.suspended.has(domain.uuid)) this.#violated(`resumes ${domain.name}, which somebody suspended`);
  }

  suspends(actor: Actor, host: Host, domain: Domain): void {
    if (actor === "us") this.#touches("suspends", host, domain);
    else this.suspended.add(domain.uuid);
  }

  /** Migrating, defining over, renaming: anything else that is done to a domain. */
  changes(actor: Actor, what: string, host: Host, domain: Domain): void {
    if (actor === "us") this.#touches(what, host, domain);
    else if (what === "migrates") this.autostart.delete(domain.uuid);
  }

  /** A definition where no host had any of the guest before. */
  makes(uuid: string): void {
    this.autostart.delete(uuid);
  }

  /** What is wrong with the hosts that would start a guest, when all is done and it is on this one; undefined when nothing is. */
  wrongStarters(uuid: string, on: string): string | undefined {
    const starters = this.world.startersOf(uuid);
    const right = starters.length === 1 && starters[0] === on;
    if (!this.autostart.has(uuid) || right) return undefined;
    return `${uuid} is on ${on}, and starts with ${starters.join(" and ") || "no host"}`;
  }

  /** After anything has changed: never two running copies, unless somebody else made them. */
  inspectHosts(): void {
    const uuids = new Set(
      [...this.world.hosts.values()].flatMap((host) => host.domains.map(({ uuid }) => uuid)),
    );
    for (const uuid of uuids) {
      const running = this.world.runningOf(uuid);
      if (running.length > 1 && !this.spoilt.has(uuid))
        this.#violated(`${uuid} runs on ${running.map(({ host }) => host.name).join(" and ")}`);
    }
  }

  #touches(what: string, host: Host, { name, uuid }: Domain): void {
    if (this.foreign.has(uuid)) this.#violated(`${what} the foreign guest ${name} on ${host.name}`);
  }

  #violated(what: string): void {
    this.world.tell(`!!! ${what}`);
    this.violations.push(what);
  }
}
