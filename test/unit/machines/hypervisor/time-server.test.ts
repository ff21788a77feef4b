import { expect, test } from "vitest";
import { sntpAnswer } from "../../../../machines/hypervisor/time-server";

const request = Buffer.alloc(48);
request.writeUInt8(0x23, 0);
request.writeUInt32BE(4711, 40);
request.writeUInt32BE(1, 44);

test("answers a client with its own mark and the time", () => {
  const answer = sntpAnswer(request, 1_500);
  expect(answer?.readUInt8(0)).toBe(0x24);
  expect([answer?.readUInt32BE(24), answer?.readUInt32BE(28)]).toEqual([4711, 1]);
  expect([answer?.readUInt32BE(40), answer?.readUInt32BE(44)]).toEqual([2_208_988_801, 2 ** 31]);
});

test("answers nothing to what is no client's packet", () => {
  const server = Buffer.from(request);
  server.writeUInt8(0x24, 0);
  expect(sntpAnswer(server, 0)).toBeUndefined();
  expect(sntpAnswer(request.subarray(0, 47), 0)).toBeUndefined();
});
