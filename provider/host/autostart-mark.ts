/*
 * libvirt leaves a guest's autostart behind in every move: it is a link on the host, and no part of the definition. Who moves a guest that has it
 * writes that into its definition first, as libvirt's domain metadata: so it travels with the guest, and is known to the next run where this one is
 * killed.
 */

const namespace = "urn:kvmlab:move";
const declared = new RegExp(`xmlns(?::[\\w.-]+)?=["']${namespace}["']`);

/** Whether a definition says that the guest is on its way with its autostart. */
export function carriesAutostart(definition: string): boolean {
  return declared.test(definition);
}

/** virsh's command that writes it into what runs and into what libvirt keeps; a guest that is shut off has the latter alone. */
export function markAutostart(uuid: string, active: boolean): string {
  const where = active ? "--live --config" : "--config";
  return `metadata ${uuid} ${namespace} --key move --set <autostart/> ${where}`;
}

/** Its commands that take it off again. Each by itself: one that finds none changes nothing for the other. */
export function unmarkAutostart(uuid: string, active: boolean): string[] {
  return (active ? ["--live", "--config"] : ["--config"]).map(
    (where) => `metadata ${uuid} ${namespace} --remove ${where}`,
  );
}
