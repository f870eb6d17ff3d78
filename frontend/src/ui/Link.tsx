import { useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent } from "react";

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
}

/** A link to another page of this application, opened without loading it anew. */
export function PageLink({ href, onClick, children, ...rest }: LinkProps) {
  const router = useRouter();
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    router.history.push(href);
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

/** A link to what may be outside: opens beside the page. Only the text where a browser must not follow the address. */
export function OuterLink({
  href,
  children,
  ...rest
}: Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { href: string | null | undefined }) {
  const safe = href ? safeAddress(href) : null;
  if (!safe) return <span>{children}</span>;
  const outside = new URL(safe).origin !== location.origin;
  return (
    <a href={safe} {...(outside ? { target: "_blank", rel: "noopener" } : {})} {...rest}>
      {children}
    </a>
  );
}

/** Return the address when a browser may follow it, else null: no `javascript:` gets through. */
export function safeAddress(address: string): string | null {
  try {
    const url = new URL(address, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
