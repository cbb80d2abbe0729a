import tseslint from "typescript-eslint";

/** The planner and the schema stay pure: no engine, no Docker, no machine. */
const pureLayers = {
  files: ["planning/**/*.ts", "config/schema/**/*.ts", "config/systems/**/*.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["@pulumi/*"], message: "Planning and schema must not know Pulumi." },
          {
            group: [
              "dockerode",
              "zx",
              "node:child_process",
              "node:net",
              "node:fs",
              "node:os",
              "node:http",
            ],
            message: "Planning is pure: pass facts in.",
          },
          {
            group: ["**/components/**", "**/cli/**", "**/docker/**", "**/offline/**"],
            message: "Data flows from config to planning to components, never back.",
          },
        ],
      },
    ],
    "no-restricted-globals": [
      "error",
      { name: "process", message: "Planning is pure: pass facts in." },
    ],
  },
};

/** Components turn planned values into resources; they never read the catalogue or the machine. */
const components = {
  files: ["components/**/*.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: ["**/config/systems/**", "**/cli/**", "**/docker/**", "**/offline/**"],
            message: "Components take planned values.",
          },
        ],
      },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      "node_modules/**",
      "coverage/**",
      "tests/e2e/fixtures/**",
      "*.js",
      "*.mjs",
      "offline/engine/bin/**",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-base-to-string": "error",
      eqeqeq: ["error", "always"],
    },
  },
  pureLayers,
  components,
);
