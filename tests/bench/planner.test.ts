import { growth, measure } from "../../bench/measure";

jest.setTimeout(120_000);

test("a service costs no more than three times as much among 1,000 as among 100", () => {
  expect(growth(measure([100, 1000], 5), 100, 1000)).toBeLessThanOrEqual(3);
});
