import { expect, test } from "vitest";
import { dnsmasqConfig, hostsText } from "../../../src/parts/names/config.js";

const names = [
  { name: "db.example.internal", addresses: ["10.0.2.31"] },
  { name: "web.example.internal", addresses: ["10.0.0.10", "10.0.1.10"] },
  { name: "*.s3.example.internal", addresses: ["198.19.0.80"] },
  { name: "gone.example.internal", addresses: [] },
];

test("a resolver answers from its files alone, at its own addresses", () => {
  expect(dnsmasqConfig(["10.0.0.2", "169.254.169.253"], names)).toMatchInlineSnapshot(`
    "listen-address=10.0.0.2
    listen-address=169.254.169.253
    bind-interfaces
    no-resolv
    no-hosts
    no-poll
    addn-hosts=/srv/hosts
    local=/#/
    local-ttl=5
    address=/s3.example.internal/198.19.0.80
    "
  `);
});

test("names with several addresses have a line for each, wildcards and names that are gone have none", () => {
  expect(hostsText(names)).toBe(
    "10.0.2.31 db.example.internal\n10.0.0.10 web.example.internal\n10.0.1.10 web.example.internal\n",
  );
});
