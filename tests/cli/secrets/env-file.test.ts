import { readEnvFile } from "../../../cli/secrets/env-file";

const read = (...lines: string[]) => readEnvFile(lines.join("\n"));
const values = (...lines: string[]) =>
  Object.fromEntries(read(...lines).entries.map(({ name, value }) => [name, value]));

test("every way to write a value that the dotenv library knows", () => {
  expect(
    values(
      "A=1",
      "export B = two words ",
      "C: yaml",
      "D='single # $& \"'",
      'E="a\\nb"',
      "F=`x`",
      "G=x # remark",
      "H=it's",
      "I=",
      'J="a\\"b"',
      "K=a=b==",
    ),
  ).toEqual({
    ...{ A: "1", B: "two words", C: "yaml", D: 'single # $& "', E: "a\nb", F: "x" },
    ...{ G: "x", H: "it's", I: "", J: 'a\\"b', K: "a=b==" },
  });
});

test("a value of several lines is one, and what looks like more in it is none", () => {
  const { entries, malformed } = read("A='one", "# no comment", "B=no variable", "end'", "", "C=3");
  expect(malformed).toEqual([]);
  expect(entries).toMatchObject([
    { line: 1, name: "A", value: "one\n# no comment\nB=no variable\nend" },
    { line: 6, name: "C", value: "3" },
  ]);
});

test.each(["\r\n", "\r", "\n"])("lines that end in %j, and a byte order mark", (end) => {
  expect(readEnvFile(`\uFEFFA=1${end}${end}# x${end}B=2${end}`).entries).toMatchObject([
    { line: 1, name: "A", value: "1", sections: [] },
    { line: 4, name: "B", value: "2", sections: ["x"] },
  ]);
});

test("a quote with a backslash before it closes nothing", () => {
  const { entries } = read('A="one \\"', 'two"', "B=2");
  expect(entries).toMatchObject([
    { line: 1, name: "A", value: 'one \\"\ntwo' },
    { line: 3, name: "B", value: "2" },
  ]);
});

describe("sections", () => {
  const sections = (...lines: string[]) =>
    read(...lines).entries.map(({ name, sections: above }) => [name, ...above]);

  test("a heading holds until the next one, across empty lines", () => {
    expect(sections("# Auth", "A=1", "", "B=2", "", "# L2P", "C=3")).toEqual([
      ["A", "Auth"],
      ["B", "Auth"],
      ["C", "L2P"],
    ]);
  });

  test("comments of several lines are one; a decorated one says the same", () => {
    expect(sections("# ======", "# Auth service ====", "# ======", "A=1")).toEqual([
      ["A", expect.stringMatching(/^=+ Auth service =+ =+$/)],
    ]);
  });

  test("a comment without an empty line before it comes before the heading", () => {
    expect(sections("", "# Auth", "A=1", "# mail", "B=2", "", "# L2P", "C=3")).toEqual([
      ["A", "Auth"],
      ["B", "mail", "Auth"],
      ["C", "L2P"],
    ]);
  });

  test("a variable that was commented out is no heading", () => {
    expect(
      sections("# Auth", "#OLD=1", "# export OLDER = 2", "A=1", "", "#X=1", "# B", "B=1"),
    ).toEqual([
      ["A", "Auth"],
      ["B", "B"],
    ]);
  });
});

describe("what can't be read is a line number and why", () => {
  test.each([
    ["a line without a value", ["A=1", "CANARY"], 2, "is no NAME=value"],
    ["no name", ["=CANARY"], 1, "is no NAME=value"],
    ["a name that is none", ["CAN.ARY=1"], 1, "is no NAME=value"],
    ["a name that starts with a digit", ["1A=1"], 1, "is no NAME=value"],
    ["the end of a key in several lines", ["A=x", "CANARY=="], 2, "is no NAME=value"],
  ])("%s", (_, lines, line, why) => {
    expect(read(...lines).malformed).toEqual([{ line, why }]);
  });

  test("a key in several lines without quotes", () => {
    expect(read("A=-----BEGIN", "MIIC=", "CANARY/+", "-----END-----").malformed).toEqual([
      { line: 3, why: "is no NAME=value" },
      { line: 4, why: "is no NAME=value" },
    ]);
  });

  test("after a quote that is not closed nothing is read", () => {
    const { entries, malformed } = read("A=1", 'B="CANARY', "C=CANARY", "CANARY");
    expect(malformed).toEqual([{ line: 2, why: "opens a quote that nothing closes" }]);
    expect(entries.map(({ name }) => name)).toEqual(["A"]);
  });
});
