/** Types of the Docker provider's resources, as the engine's state and events name them. */
export const resourceTypes = {
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  image: "docker:index/remoteImage:RemoteImage",
} as const;
