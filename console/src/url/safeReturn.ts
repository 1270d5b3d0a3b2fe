/** The page to go back to after signing in: a path of this console, else the landing page. */
export function safeReturn(target: string | null): string {
  const local = target?.startsWith("/") && !/^\/[/\\]/.test(target) && !target.startsWith("/sign-in");
  return local && target ? target : "/";
}
