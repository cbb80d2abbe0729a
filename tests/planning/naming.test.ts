import { containerNames, defaultContainerName, inEnvironment } from "../../planning/naming";

test("a name says its environment wherever its template asks for it", () => {
  expect(inEnvironment("{environment}-x-{environment}", "prod")).toBe("prod-x-prod");
  expect(inEnvironment("redis_data", "dev")).toBe("redis_data");
});

test("a container has its project's name once", () => {
  expect(defaultContainerName("minio", "api", "dev")).toBe("minio-api-dev");
  expect(defaultContainerName("minio", "minio", "dev")).toBe("minio-dev");
  expect(defaultContainerName("l2p", "l2p-backend", "prod")).toBe("l2p-backend-prod");
  expect(defaultContainerName("l2p", "l2pbackend", "prod")).toBe("l2p-l2pbackend-prod");
});

test("the first replica has the documented name, the others a number", () => {
  expect(containerNames({ container: "web", replicas: 1 })).toEqual(["web"]);
  expect(containerNames({ container: "web", replicas: 3 })).toEqual(["web", "web-2", "web-3"]);
});
