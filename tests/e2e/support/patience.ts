/** A cold machine builds engine and images inside of the tests: time is no criterion here. */
jest.setTimeout(60 * 60 * 1000);
