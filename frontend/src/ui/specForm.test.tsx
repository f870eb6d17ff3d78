import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import schemas from "../api/spec_schemas.json";
import { Problem } from "../api/problem";
import { SpecForm } from "./SpecForm";
import { shapeOf } from "./specShape";
import { useSpecForm } from "./useSpecForm";

const PORTFOLIO = shapeOf("PortfolioSpec", schemas);

function Sample({ said, problem }: { said: (value: unknown) => void; problem?: Problem }) {
  const form = useSpecForm(PORTFOLIO, { cash: "100000" });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!form.check()) return;
        said(form.value);
        if (problem) said(form.show(problem));
      }}
    >
      <SpecForm
        form={form}
        groups={[{ title: "Account", names: ["cash", "parts", "weights", "scaled", "rounding"] }]}
        offers={{ "parts.*.backtest": ["sma_cross-ES-1h"] }}
      />
      <button type="submit">go</button>
    </form>
  );
}

describe("the form of a spec", () => {
  it("gives the value that the API takes", { timeout: 20_000 }, async () => {
    const said = vi.fn();
    render(<Sample said={said} />);
    await userEvent.click(screen.getByRole("button", { name: /^Add Parts/ }));
    const part = screen.getByRole("group", { name: "Parts 1" });
    await userEvent.type(within(part).getByLabelText("Backtest"), "sma_cross-ES-1h");
    await userEvent.type(within(part).getByLabelText("Weight"), "2");
    await userEvent.click(screen.getByLabelText("Scaled"));
    await userEvent.selectOptions(screen.getByLabelText("Rounding"), "search");
    const weights = screen.getByRole("group", { name: "Weights" });
    await userEvent.click(within(weights).getByRole("button", { name: "By its values" }));
    await userEvent.click(within(weights).getByRole("button", { name: /^Add/ }));
    await userEvent.type(within(weights).getByLabelText("Weights 1: name"), "ES");
    await userEvent.type(within(weights).getByLabelText("Weights 1: value"), "1");
    await userEvent.click(screen.getByText("go"));
    expect(said).toHaveBeenCalledWith({
      ...{ cash: "100000", parts: [{ backtest: "sma_cross-ES-1h", weight: 2 }] },
      ...{ weights: { ES: 1 }, scaled: false, rounding: "search" },
    });
  });

  it("says beside the control what is wrong, and sends nothing", async () => {
    const said = vi.fn();
    render(<Sample said={said} />);
    await userEvent.click(screen.getByText("go"));
    expect(said).not.toHaveBeenCalled();
    expect(screen.getByRole("alert")).toHaveTextContent("This is needed.");
    await userEvent.clear(screen.getByLabelText("Starting cash"));
    await userEvent.type(screen.getByLabelText("Starting cash"), "much");
    await userEvent.click(screen.getByText("go"));
    expect(screen.getByLabelText("Starting cash")).toHaveFocus();
    expect(screen.getByLabelText("Starting cash")).toHaveAccessibleDescription(/Write a number/);
  });

  it("shows what the server says beside the control that it is about, folded or not", async () => {
    const said = vi.fn();
    render(<Sample said={said} problem={new Problem(422, "buffer: must be at most 100.")} />);
    await userEvent.click(screen.getByRole("button", { name: /^Add Parts/ }));
    await userEvent.type(screen.getByLabelText("Backtest"), "x");
    await userEvent.click(screen.getByText("go"));
    expect(said).toHaveBeenLastCalledWith("");
    expect(screen.getByLabelText("Buffer")).toHaveAccessibleDescription(/must be at most 100/);
    expect(screen.getByLabelText("Buffer")).toHaveFocus();
  });

  it("takes a row away, and keeps the others", async () => {
    const said = vi.fn();
    render(<Sample said={said} />);
    const add = screen.getByRole("button", { name: /^Add Parts/ });
    await userEvent.click(add);
    await userEvent.click(add);
    await userEvent.type(within(screen.getByRole("group", { name: "Parts 2" })).getByLabelText("Backtest"), "second");
    await userEvent.click(screen.getByRole("button", { name: "Remove Parts 1" }));
    await userEvent.click(screen.getByText("go"));
    expect(said).toHaveBeenCalledWith({ cash: "100000", parts: [{ backtest: "second" }] });
  });
});
