import { growth, measure } from "./measure";

/** `npm run bench`: exits with 1 where the planner does not grow linearly. */
const sizes = [10, 100, 1000];
/** A service may cost so many times as much in the largest world as in the middle one. */
const bound = 3;

const found = measure(sizes, Number(process.argv[2] ?? 9));
console.log(
  "| Services | Processor time | Per service | Plan in memory |\n| ---: | ---: | ---: | ---: |",
);
for (const { services, milliseconds, microsecondsPerService, heapBytes } of found) {
  const memory = heapBytes === null ? "–" : `${(heapBytes / 2 ** 20).toFixed(2)} MiB`;
  console.log(
    `| ${services} | ${milliseconds.toFixed(1)} ms | ${microsecondsPerService.toFixed(0)} µs | ${memory} |`,
  );
}
const ratio = growth(found, 100, 1000);
console.log(
  `\nA service costs ${ratio.toFixed(2)} times as much among 1000 as among 100; the bound is ${bound}.`,
);
process.exitCode = ratio <= bound ? 0 : 1;
