import type Docker from "dockerode";

interface Progress {
  stream?: string;
  error?: string;
}

/** Follows a build or a pull to its end: its output, and the error if there was one. */
export function followProgress(
  docker: Docker,
  stream: NodeJS.ReadableStream,
): Promise<{ error: string | undefined; output: string }> {
  return new Promise((resolve) => {
    let output = "";
    let failure: string | undefined;
    const modem = docker.modem as {
      followProgress(
        stream: NodeJS.ReadableStream,
        onFinished: (error: Error | null) => void,
        onProgress: (event: Progress) => void,
      ): void;
    };
    modem.followProgress(
      stream,
      (error) => resolve({ error: failure ?? error?.message, output }),
      (event) => {
        output += event.stream ?? "";
        failure ??= event.error;
      },
    );
  });
}
