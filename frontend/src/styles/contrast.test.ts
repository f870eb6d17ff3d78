import { readFileSync } from "node:fs";

const css = readFileSync("src/styles/base.css", "utf8");

/** Relative luminance of a colour like #0b63b8, as WCAG has it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const themes = [...css.matchAll(/\{[^{}]*--page:[^{}]*\}/g)].map(
  ([block]) =>
    new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = "", colour = ""]) => [name, colour])),
);

describe("the colours of text", () => {
  it("are those of three blocks of themes", () => {
    expect(themes).toHaveLength(3);
  });

  it.each(themes.map((theme, number) => ({ theme, number })))("are legible in theme $number", ({ theme }) => {
    for (const text of ["text", "muted", "accent", "up", "down", "warn", "bad", "good"]) {
      for (const ground of ["page", "card", "raised", "accent-soft"]) {
        const [front, back] = [theme.get(text), theme.get(ground)];
        expect(front && back, `${text} on ${ground}`).toBeTruthy();
        expect(contrast(front ?? "", back ?? ""), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});
