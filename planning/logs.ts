/** How much of a container's log Docker keeps: the oldest of its files goes when the last is full. */
export interface PlannedLogs {
  /** Docker counts a log's size in powers of ten. */
  fileBytes: number;
  files: number;
}

/** What every container has: its log can't fill the disk. */
export const containerLogs: PlannedLogs = { fileBytes: 10_000_000, files: 3 };

/** Most that a container's logs take. */
export function logBytes({ fileBytes, files }: PlannedLogs): number {
  return fileBytes * files;
}
