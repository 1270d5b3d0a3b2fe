import { ApiError } from "./client";

/** A failure in the words of the console: what is wrong, and what to do about it. */
export type ErrorText = { title: string; body: string };

const advice: Record<string, ErrorText> = {
  UNREACHABLE: {
    title: "The server does not answer",
    body: "Check that the Fettle server runs and that this computer reaches it. The page tries again by itself.",
  },
  NOT_FOUND: { title: "This does not exist", body: "It may have been deleted, or the link is incomplete." },
  QQL_TIMEOUT: { title: "The query takes too long", body: "Narrow it by a date, or by a value that is there seldom." },
  CSRF_REQUIRED: {
    title: "The request came from another page",
    body: "Open the console at its own address and try again.",
  },
  TOO_MANY_ASSETS: { title: "Too many assets for one job", body: "Choose fewer assets, or split the work into jobs." },
  TOO_MANY_PATCHES: { title: "Too many patches for one job", body: "Narrow the query, or split the work into jobs." },
  NAME_TAKEN: { title: "The name is taken", body: "Choose another one." },
  TOO_MANY_SEARCHES: { title: "Too many saved searches", body: "Delete some that nobody needs." },
  NOT_UNINSTALLABLE: {
    title: "A chosen patch cannot be uninstalled",
    body: "The repositories list no earlier version. Leave that patch out.",
  },
  JOB_PARTIAL: { title: "The job is not complete", body: "It needs at least one asset and one patch." },
  JOB_LOCKED: { title: "The job runs already", body: "Wait until its run has finished, or cancel that run." },
  TAG_CYCLE: { title: "It would depend on itself", body: "" },
  TAG_CHANGED: { title: "Somebody else has changed it", body: "Open the page again, and make your change there." },
  TAG_IN_USE: { title: "It is in use", body: "Change those first." },
  TAG_NAME_TAKEN: { title: "The name is taken", body: "Siblings have names of their own." },
  FEED_KIND_UNKNOWN: {
    title: "This is no file that Fettle reads",
    body: "Choose the file as the vendor gives it, packed or not.",
  },
  FEED_MALFORMED: { title: "The file is damaged", body: "Nothing was changed. Download it again." },
  FEED_TOO_LARGE: { title: "The file is too large", body: "Nothing was changed." },
  IMPORT_RUNNING: { title: "Another import is going on", body: "" },
  SETUP_CODE_INVALID: {
    title: "This setup link is not valid",
    body: "Use the newest link that the server printed when it started. Each link works once.",
  },
  SETUP_DONE: { title: "Setup was done before", body: "Sign in with the administrator's account." },
  UNAUTHENTICATED: { title: "User name or password is wrong", body: "Check both and try again." },
};

export function errorText(error: unknown): ErrorText {
  if (!(error instanceof ApiError)) return { title: "The console failed", body: String(error) };
  if (error.code === "TOO_MANY_REQUESTS") {
    const wait = error.retryAfter ? `Wait ${error.retryAfter} seconds` : "Wait a little";
    return { title: "Too many attempts", body: `${wait} and try again.` };
  }
  if (error.status === 403 && error.privilege) {
    return {
      title: "You may not see or do this",
      body: `It needs the privilege “${error.privilege}”. Ask an administrator to give you a role that has it.`,
    };
  }
  const known = advice[error.code];
  const request = error.requestId ? ` (request ${error.requestId})` : "";
  if (known) return { title: known.title, body: error.status === 0 ? known.body : `${error.message} ${known.body}` };
  if (error.status >= 500) {
    return { title: "The server failed", body: `${error.message} Try again; the server's log says more${request}.` };
  }
  return { title: "The server refused", body: `${error.message} [${error.code}]${request}` };
}
