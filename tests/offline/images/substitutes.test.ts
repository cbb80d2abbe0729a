import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recipes, withBases } from "../../../offline/images/recipes";
import { recipeFolder, recipeReference } from "../../../offline/images/references";
import { localImageFor, repositoryOf, substituteFor } from "../../../offline/images/substitutes";

describe("repositoryOf", () => {
  it.each([
    ["redis", "redis"],
    ["redis:7.4.2-alpine", "redis"],
    ["docker.io/library/redis:7", "redis"],
    ["prom/prometheus:v3.1.0@sha256:0123abcd", "prom/prometheus"],
    ["localhost:5000/redis", "localhost:5000/redis"],
    [
      "docker.dragonflydb.io/dragonflydb/dragonfly:v1.27.1",
      "docker.dragonflydb.io/dragonflydb/dragonfly",
    ],
  ])("of %s is %s", (image, repository) => {
    expect(repositoryOf(image)).toBe(repository);
  });
});

describe("localImageFor", () => {
  it("gives the image of the recipe that takes the place, whatever the tag", () => {
    expect(localImageFor("postgres:16.6-alpine")).toEqual({
      reference: recipeReference("postgres"),
      postgres: "15",
    });
    // The version that it says is the one that its Dockerfile installs.
    const dockerfile = readFileSync(join(recipeFolder("postgres"), "Dockerfile"), "utf8");
    expect(dockerfile).toContain(" postgresql-15 ");
    expect(localImageFor("traefik:v3.6.12")).toEqual({ reference: recipeReference("traefik") });
    expect(localImageFor("hashicorp/vault:1.17.3")).toEqual({
      reference: recipeReference("vault"),
    });
    expect(localImageFor("node:18-alpine")).toEqual({ reference: recipeReference("node") });
    expect(localImageFor("cloudflare/cloudflared:2025.8.1")).toEqual({
      reference: recipeReference("cloudflared"),
    });
  });

  it("starts Redis with its own options in Dragonfly's place", () => {
    expect(localImageFor("docker.dragonflydb.io/dragonflydb/dragonfly:v1.27.1")?.command).toEqual([
      "redis-server",
    ]);
  });

  it.each(["qdrant/qdrant:v1.13.0", "redis/redisinsight:2.66", "constructor", "toString:1"])(
    "leaves %s to the stand-in",
    (image) => {
      expect(localImageFor(image)).toBeUndefined();
      expect(substituteFor(image)).toBeUndefined();
    },
  );
});

describe("recipeReference", () => {
  it.each(recipes.map((recipe) => recipe.name))("names %s by a hash that does not vary", (name) => {
    const reference = recipeReference(name);
    expect(reference).toMatch(new RegExp(`^berth\\.local/${name}:[0-9a-f]{12}$`));
    expect(recipeReference(name)).toBe(reference);
  });

  it("refuses a recipe that does not exist", () => {
    expect(() => recipeReference("mysql")).toThrow(
      "offline/images/mysql: there is no such recipe; choose from base, redis, postgres, nginx, prometheus, node, python, awscli, localstack, cloudflared, traefik, vault, stand-in",
    );
  });
});

describe("withBases", () => {
  it("adds the bases, each before what stands on it and once", () => {
    expect(withBases(["localstack", "redis"]).map((recipe) => recipe.name)).toEqual([
      "base",
      "redis",
      "python",
      "awscli",
      "localstack",
    ]);
  });
});
