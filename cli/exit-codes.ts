/** What the exit code of `berth` means. */
export const exitCodes = {
  /** Done, nothing to report. */
  ok: 0,
  /** Issues were found, or something failed. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** Something is no longer as planned. */
  drift: 7,
  /** Ctrl-C or a terminate signal. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
