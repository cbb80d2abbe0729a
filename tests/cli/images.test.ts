import { whyNoPull } from "../../cli/machine/images";

const image = "redis:7.4.2-alpine";
const get = '(HTTP code 500) server error - Get "https://registry.example/v2/": ';

describe("why an image cannot be pulled", () => {
  test.each([
    ["dial tcp: lookup registry.example on 192.0.2.1:53: no such host", "lookup failed"],
    ["dial tcp 192.0.2.7:443: connect: connection refused", "connection refused"],
    ["dial tcp 192.0.2.7:443: connect: network is unreachable", "no route"],
    ["net/http: request canceled (Client.Timeout exceeded)", "no answer in time"],
    ["tls: failed to verify certificate: x509: unknown", "its certificate is not trusted"],
    ["EOF", "connection broken off"],
  ])("%s", (cause, words) => {
    expect(whyNoPull(image, get + cause)).toBe(`no image registry answers (${image}: ${words})`);
  });

  test("a registry that answers and refuses is told in its own words", () => {
    const refused = "(HTTP code 404) no such image - manifest unknown: manifest unknown";
    expect(whyNoPull(image, refused)).toBe(`${image} cannot be pulled (manifest unknown)`);
  });

  test("stays on one short line", () => {
    const line = whyNoPull(image, `${get}${"words ".repeat(40)}\nmore`);
    expect(line.length).toBeLessThan(95);
    expect(line).not.toContain("\n");
  });
});
