/** The mark of the product: a tick in a rounded square. Decorative; the name stands beside it. */
export function Logo() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" className="ft-logo">
      <rect width="32" height="32" rx="8" />
      <path d="M9 17.5l4.6 4.6L23.5 10" />
    </svg>
  );
}
