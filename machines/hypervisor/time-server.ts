import { createSocket } from "node:dgram";

const port = 123;
const packetBytes = 48;
const secondsFrom1900To1970 = 2_208_988_800;

/**
 * Tells the servers of a lab this machine's time by SNTP (RFC 4330), on every address that its namespace has or will have:
 * they have no other way to know it better than to a second.
 */
export function serveTime(): void {
  const socket = createSocket("udp4");
  socket.on("message", (request, { address, port }) => {
    const answer = sntpAnswer(request, Date.now());
    if (answer) socket.send(answer, port, address);
  });
  // Without it the machines' clocks are a second off at worst: no reason to end what else runs here.
  socket.on("error", (error) => console.error(`no time for the servers: ${error.message}`));
  socket.bind(port);
}

/** The answer to a client's packet that came at this time, in ms since 1970; undefined for anything else. */
export function sntpAnswer(request: Buffer, nowMs: number): Buffer | undefined {
  const [first = 0] = request;
  if (request.length < packetBytes || (first & 7) !== 3) return undefined;
  const answer = Buffer.alloc(packetBytes);
  // No warning, the version that was asked for, a server; of stratum 2, with a precision of 2^-10 s.
  answer.writeUInt8((first & 0x38) | 4, 0);
  answer.writeUInt8(2, 1);
  answer.writeInt8(-10, 3);
  request.copy(answer, 24, 40, 48);
  for (const at of [16, 32, 40]) writeTime(answer, at, nowMs);
  return answer;
}

function writeTime(packet: Buffer, at: number, ms: number): void {
  packet.writeUInt32BE((Math.floor(ms / 1000) + secondsFrom1900To1970) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), at + 4);
}
