import { BlockList } from "node:net";
import { expect, it } from "vitest";
import { judgeAddress, type Reach } from "./ranges.ts";

const reachOf = (address: string): Reach => judgeAddress(address).reach;

it.each<[Reach, string[]]>([
  ["loopback", ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]],
  ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]],
  ["private", ["198.18.0.1", "198.19.255.255", "fc00::1", "fdff:ffff::1", "::ffff:10.0.0.1"]],
  ["forbidden", ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"]],
  ["forbidden", ["169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"]],
  ["forbidden", ["100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"]],
  ["forbidden", ["fd20:ce::254", "FD00:EC2:0:0:0:0:0:254", "::ffff:169.254.169.254"]],
  ["forbidden", ["224.0.0.1", "239.255.255.255", "ff02::1", "255.255.255.255", "240.0.0.1"]],
  ["forbidden", ["192.0.0.1", "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1"]],
  // Of IPv6: what means IPv4 no more, and what is set apart or not in use.
  ["forbidden", ["::7f00:1", "::10.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::a00:1", "100::1"]],
  ["forbidden", ["2001::1", "2001:1ff::1", "2001:db8::1", "3fff::1", "fec0::1", "feff::1"]],
  ["forbidden", ["4000::1", "5f00::1", "200::1"]],
  // An address of IPv4 in one of IPv6, through NAT64 and 6to4.
  ["forbidden", ["64:ff9b::a9fe:a9fe", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1"]],
  ["loopback", ["64:ff9b::7f00:1", "2002:7f00:1::"]],
  ["private", ["64:ff9b::a00:1", "2002:a00:1::5", "2002:c0a8:101:1:2:3:4:5"]],
  ["public", ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"]],
  ["public", ["172.15.255.255", "172.32.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255"]],
  [
    "public",
    ["2606:4700:4700::1111", "2001:200::1", "2003::1", "64:ff9b::101:101", "2002:101:101::"],
  ],
])("%s: %j", (reach, addresses) => {
  expect(addresses.map((address) => [address, reachOf(address)])).toEqual(
    addresses.map((address) => [address, reach]),
  );
});

it("says what it is", () => {
  expect(judgeAddress("10.1.2.3").rule).toBe("a private address (10.0.0.0/8)");
  expect(judgeAddress("::ffff:10.1.2.3").rule).toBe("a private address (10.0.0.0/8)");
  expect(judgeAddress("169.254.169.254").rule).toBe(
    "the address at which a cloud hands out credentials (169.254.169.254)",
  );
});

const SPECIAL = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

it.each(SPECIAL)("the first and the last address of %s are not public", (block) => {
  const [address = "", bits] = block.split("/");
  const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const last = asText(first + 2 ** (32 - Number(bits)) - 1);
  expect([reachOf(address), reachOf(last)]).not.toContain("public");
});

it("all other addresses of IPv4 are public", () => {
  const special = new BlockList();
  for (const block of SPECIAL) {
    const [address = "", bits] = block.split("/");
    special.addSubnet(address, Number(bits));
  }
  for (let at = 0; at < 1000; at += 1) {
    const address = asText((at * 2_654_435_761) % 2 ** 32);
    expect([address, reachOf(address) === "public"]).toEqual([address, !special.check(address)]);
  }
});

const asText = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
