import { type ReactNode, useEffect, useRef, useState } from "react";
import { useWords } from "../lang/words";
import { sentence } from "./failures";

/** A dialog over the page; Escape and a click beside it close it. */
export function Dialog({
  label,
  close,
  children,
  className,
}: {
  label: string;
  close: () => void;
  children: ReactNode;
  className?: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // A dialog that is still closed takes no focus, so that React's own `autoFocus` comes too early.
    dialog.current?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // The keyboard closes a dialog by Escape, which is the event `close`.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      {children}
    </dialog>
  );
}

interface ConfirmProps<T> {
  title: string;
  children: ReactNode;
  /** What the button says. */
  verb: string;
  act: () => Promise<T>;
  done: (value: T) => void;
  close: () => void;
  /** Nothing is lost by it. */
  gentle?: boolean;
}

/** The question before something is done that is hard to undo. A failure is told in the dialog, which stays open. */
export function Confirm<T>({ title, children, verb, act, done, close, gentle = false }: ConfirmProps<T>) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");

  async function go() {
    setBusy(true);
    setFailure("");
    try {
      const value = await act();
      close();
      done(value);
    } catch (error) {
      setFailure(sentence(error));
      setBusy(false);
    }
  }

  return (
    <Dialog label={title} close={close}>
      <div className="stack">
        <h2>{title}</h2>
        <div>{children}</div>
        {failure && (
          <p className="loss" role="alert">
            {failure}
          </p>
        )}
        <div className="row">
          <button type="button" className={gentle ? "primary" : "danger"} disabled={busy} onClick={() => void go()}>
            {verb}
          </button>
          {/* The harmless answer is the one that a hasty Enter gives. */}
          <button type="button" data-first onClick={close}>
            {t("action.cancel")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
