/** "postgres:17.5-bookworm" as its repository and the version that decides about its data. */
export function repositoryAndVersion(image: string): { repository: string; major: string | null } {
  const name = image.split("@", 1)[0] ?? image;
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  if (colon < 0) return { repository: name, major: null };
  return {
    repository: name.slice(0, colon),
    major: /\d+/.exec(name.slice(colon + 1))?.[0] ?? null,
  };
}
