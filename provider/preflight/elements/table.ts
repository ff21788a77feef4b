import { devices } from "./devices";
import type { ElementArea } from "./element-row";
import { machine } from "./machine";
import { network } from "./network";
import { processor } from "./processor";
import { security } from "./security";
import { storage } from "./storage";

/** Every element of libvirt's domain format: who checks what matters to a move, and why the rest cannot. A test holds it against libvirt's schema. */
export const elementTable: readonly ElementArea[] = [machine, processor, storage, network, devices, security];
