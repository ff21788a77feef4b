import { pass, rule, skipped } from "../rule";

/** The source reaches libvirt on the target over SSH, and nobody is there to answer a prompt. */
export const sshNoninteractive = rule(
  "ssh-noninteractive",
  "KVM-635",
  ({ source, target, reach: { ssh } }) => {
    if (source.otherResolvesTo.length === 0)
      return skipped(`${source.host} does not resolve ${target.host} (KVM-611)`);
    // libvirt takes the session's standard output for its own protocol. Where that is all there is to complain of, it is the complaint.
    if (ssh.printed !== "" && ssh.answer !== "refused")
      return {
        host: target.host,
        expected: `a login of ${source.host} to print nothing on ${target.host} before its command: libvirt's own messages come by the same way`,
        found: `it prints: ${ssh.printed}`,
        fix: `on ${target.host}, at the beginning of ~/.bashrc (or the start file of another login shell): case $- in *i*) ;; *) return ;; esac; then "ssh ${target.host} true" on ${source.host} prints nothing`,
      };
    if (ssh.answer === "libvirt") return pass(`ssh ${target.host} finds libvirt's socket, unasked`);
    return {
      host: source.host,
      expected: `qemu+ssh://${target.host}/system to open without a prompt`,
      found: `ssh -o BatchMode=yes ${target.host}: ${ssh.answer === "refused" ? ssh.message : "logs in, and finds no socket of libvirt's that it may use"}`,
      fix: fixFor(ssh, source.host, target.host),
    };
  },
);

function fixFor(
  ssh: { readonly answer: string; readonly message: string },
  from: string,
  to: string,
): string {
  if (ssh.answer !== "refused")
    return `on ${to}: systemctl start libvirtd; let the user into the group libvirt`;
  if (/host key/i.test(ssh.message))
    return `on ${from}: ssh-keyscan ${to} >> ~/.ssh/known_hosts, once you have compared it with ${to}'s own key`;
  if (/permission denied/i.test(ssh.message)) return `on ${from}: ssh-copy-id ${to}`;
  return `on ${from}: ssh -v ${to} true; on ${to}: systemctl status ssh`;
}
