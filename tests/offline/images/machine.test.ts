import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { certificatesIn } from "../../../offline/images/certificates";
import { debianSources } from "../../../offline/images/rootfs";

const certificate = (body: string): string =>
  `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

describe("certificatesIn", () => {
  it("finds each certificate once and drops what stands between them", () => {
    const pem = `# one\n${certificate("AAA")}\n# two\r\n${certificate("BBB")}\n${certificate("AAA")}\n`;
    expect(certificatesIn(pem)).toEqual([certificate("AAA"), certificate("BBB")]);
  });

  it("finds none in a file of another kind", () => {
    expect(certificatesIn("-----BEGIN PRIVATE KEY-----\nAAA\n")).toEqual([]);
  });
});

describe("debianSources", () => {
  const debian =
    "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie trixie-updates\nComponents: main\n";
  const security = "deb http://mirror.example/security trixie-security main\n";
  const vendor =
    "Types: deb\nURIs: http://vendor.example/trixie\nSuites: nodistro\nComponents: main\n";

  it("takes this machine's mirrors for the wanted release and leaves other vendors out", () => {
    expect(debianSources([debian, vendor, security], "trixie", "bookworm")).toEqual([
      debian.replaceAll("trixie", "bookworm"),
      security.replaceAll("trixie", "bookworm"),
    ]);
  });

  it("finds nothing where the release is another vendor's", () => {
    expect(debianSources([vendor], "trixie", "bookworm")).toEqual([]);
  });
});

describe("the committed recipes", () => {
  it("name no host of a registry or mirror: the machine's clients know theirs", () => {
    const folder = join(__dirname, "../../../offline/images");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const naming = files.filter((file) =>
      /https?:\/\/(?!127\.0\.0\.1|localhost)[\w-]+\.[\w.-]+/.test(readFileSync(file, "utf8")),
    );
    expect(naming).toEqual([]);
  });
});
