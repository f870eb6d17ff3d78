import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

/** The rooms of `src`, from the bottom up: a room imports from those before it only. */
const ROOMS = ["lang", "format", "api", "ui", "chart", "app", "pages"];

const mayNotImport = ROOMS.slice(0, -1).map((room, at) => ({
  files: [`src/${room}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: ROOMS.slice(at + 1).map((later) => `**/${later}/**`),
            message: "A room imports from those below it only.",
          },
        ],
      },
    ],
  },
}));

export default ts.config(
  { ignores: ["src/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  a11y.flatConfigs.recommended,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", "scripts/*.mjs"] } },
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "jsx-a11y/no-noninteractive-tabindex": "off", // a region that scrolls must be reached by keys
      "max-lines": ["error", { max: 330 }],
    },
  },
  { files: ["eslint.config.js", "scripts/*.mjs"], ...ts.configs.disableTypeChecked },
  { files: ["scripts/*.mjs"], languageOptions: { globals: globals.node } },
  // `pages` and `app` know one another through the list of pages alone.
  ...mayNotImport,
  { files: ["src/app/pages.ts", "src/main.tsx"], rules: { "no-restricted-imports": "off" } },
);
