import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useMemo } from "react";
import { Problem } from "../api/problem";
import { Fields } from "./Fields";
import { type Field, fieldOf, read } from "./fields";
import { useForm } from "./useForm";

const FAST: Field = { name: "fast", label: "fast", kind: "integer", value: 10, min: 1, required: true };

function Sample({ said }: { said: (values: unknown) => void }) {
  const form = useForm(useMemo(() => [FAST], []));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (form.check()) said(form.values);
      }}
    >
      <Fields form={form} />
      <button type="submit">go</button>
    </form>
  );
}

describe("a form", () => {
  it("says beside the field what is wrong, puts the focus there, and sends nothing", async () => {
    const said = vi.fn();
    render(<Sample said={said} />);
    const fast = screen.getByLabelText("fast");
    await userEvent.clear(fast);
    await userEvent.type(fast, "0");
    await userEvent.click(screen.getByText("go"));
    expect(fast).toHaveAttribute("aria-invalid", "true");
    expect(fast).toHaveFocus();
    expect(said).not.toHaveBeenCalled();
    await userEvent.clear(fast);
    await userEvent.type(fast, "7");
    expect(fast).not.toHaveAttribute("aria-invalid");
    await userEvent.click(screen.getByText("go"));
    expect(said).toHaveBeenCalledWith({ fast: 7 });
  });

  it("keeps exact decimals as text", () => {
    expect(read({ name: "cash", label: "", kind: "decimal" }, "250000.5001")).toBe("250000.5001");
  });

  it("knows the field that a problem of the API is about", () => {
    expect(fieldOf(new Problem(422, "parameters.fast: must be smaller than slow."), ["slow", "fast"])).toBe("fast");
    expect(fieldOf(new Problem(422, "Nothing of the kind."), ["slow", "fast"])).toBeUndefined();
  });
});
