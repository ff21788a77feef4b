import { expect, test } from "vitest";
import { movedState } from "../../../../machines/snapshots/moved-state";
import { placesHere, placesThere } from "./sample-save";

const move = (value: unknown) => movedState(value, placesHere, placesThere);

test("paths of the cache and libvirt's address are those of the other place", () => {
  const state = {
    uri: placesHere.uri,
    source: `${placesHere.cache}/labs/dev/identities/a.iso`,
    list: [`${placesHere.cache}/images/x`, "/elsewhere", 7, null, true],
  };
  expect(move(state)).toEqual({
    uri: placesThere.uri,
    source: "/var/tmp/lab/labs/dev/identities/a.iso",
    list: ["/var/tmp/lab/images/x", "/elsewhere", 7, null, true],
  });
});

test("a folder whose name only begins like the cache's is another", () => {
  expect(move(`${placesHere.cache}-2/x`)).toBe(`${placesHere.cache}-2/x`);
});

test("servers are reached where they are now; another port at such an address is somebody else's", () => {
  const hosts = [
    { name: "nfs", address: "127.115.53.2", port: 22_022 },
    { host: "127.115.53.4", port: 22_022 },
    { host: "127.115.53.4", port: 80 },
    { address: "10.77.0.50", port: 7000 },
  ];
  expect(move(hosts)).toEqual([
    { name: "nfs", address: "127.115.54.2", port: 22_122 },
    { host: "127.115.54.4", port: 22_122 },
    { host: "127.115.53.4", port: 80 },
    { address: "10.77.0.50", port: 7000 },
  ]);
});

test("secrets are JSON inside of JSON, and may hold others", () => {
  const key = { mark: "1b47", plaintext: JSON.stringify("a key") };
  const inside = { host: "127.115.53.3", port: 22_022, privateKey: key };
  const moved = move({ connection: { mark: "1b47", plaintext: JSON.stringify(inside) } });
  const expected = { host: "127.115.54.3", port: 22_122, privateKey: key };
  expect(moved).toEqual({ connection: { mark: "1b47", plaintext: JSON.stringify(expected) } });
});

test("where nothing moved, nothing is changed", () => {
  const state = { uri: placesHere.uri, connection: { plaintext: '{"port":1}' } };
  expect(movedState(state, placesHere, placesHere)).toEqual(state);
});
