/** Bytes in the unit that fits: "512 MiB", "1.5 GiB". */
export function memory(bytes: number): string {
  const [amount, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, "GiB"] : [bytes / 2 ** 20, "MiB"];
  return `${Number(amount.toFixed(1))} ${unit}`;
}

/** Bytes in powers of ten, as Docker counts logs: "30 MB", "1.3 GB". */
export function decimal(bytes: number): string {
  const [amount, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${Number(amount.toFixed(1))} ${unit}`;
}
