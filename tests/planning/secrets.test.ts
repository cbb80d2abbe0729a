import { deriveSecret, fillSecret } from "../../planning/secrets";

const root = "correct horse battery staple";

test("known answers, from an RFC 5869 implementation of its own", () => {
  // Python: hmac and hashlib, extract and expand written out, bytes from 248 passed over.
  const label = "korczewski/postgres/postgres/auth_db";
  expect(deriveSecret(root, label, 1, 32)).toBe("BVopQB12cRTalbq9xGlYnAnFHwJQQFt4");
  expect(deriveSecret(root, label, 2, 32)).toBe("zaBJctBRKNanFO6dkReUbhW9XAdMhxTB");
  expect(deriveSecret(root, "luv/session", 1, 64)).toBe(
    "ax8AZ5ivdc5qz91oogkoVonnPWR6R0ksXtNLZvxdWZnej0AxnhZXbNfmdei7Hrpj",
  );
  // More than one block of 128 bytes.
  expect(deriveSecret(root, "luv/session", 1, 200).slice(120)).toBe(
    "pBoasMxhuq7k7wLN3xaCMKuYIYdQRSSvykwEO7MHd1ywwDakcRPV78cPUGrqz0Xqlt0V0PRC40Xdhkrd",
  );
});

test("the same inputs give the same secret; another label, version or root another one", () => {
  const base = deriveSecret(root, "a/b", 1, 32);
  expect(deriveSecret(root, "a/b", 1, 32)).toBe(base);
  const others = [
    deriveSecret(root, "a/c", 1, 32),
    deriveSecret(root, "a/b/v1", 1, 32),
    deriveSecret(root, "a/b", 2, 32),
    deriveSecret(`${root}.`, "a/b", 1, 32),
  ];
  expect(new Set([base, ...others]).size).toBe(5);
});

test("every length is met with letters and digits, which are about equally likely", () => {
  for (const length of [16, 32, 64, 500]) {
    expect(deriveSecret(root, "a", 1, length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
  }
  const counts = new Map<string, number>();
  for (const character of deriveSecret(root, "many", 1, 62_000)) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  // 1000 each, 32 standard deviation; letters favoured by modulo would be at 1240.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
});

test("a template is filled once, whatever the secret says", () => {
  for (const secret of ["$&", "$$", "$'", "{sha1}", "{secret}", "a{secret}b"])
    expect(fillSecret("x {secret} {secret} y", secret)).toBe(`x ${secret} ${secret} y`);
  expect(fillSecret("{SHA}{sha1}", "password")).toBe("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=");
});
