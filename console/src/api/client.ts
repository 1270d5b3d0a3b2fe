/** What a list takes besides its own filters. Empty values are not sent. */
export type Query = Record<string, string | number | undefined>;

/** What is wrong with a query, and where: `offset` and `length` count characters from 0. */
export type QueryError = {
  code: string;
  message: string;
  offset: number;
  length: number;
  help?: string;
  suggestions: string[];
  /** The line of the text, and marks below it. */
  caret: string;
};

type ErrorBody = {
  code: string;
  message: string;
  field?: string;
  privilege?: string;
  requestId?: string;
  errors?: QueryError[];
};

/** A refusal by the server (`status` is the HTTP status), or no answer at all (`status` 0, code `UNREACHABLE`). */
export class ApiError extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly privilege: string | undefined;
  readonly requestId: string | undefined;
  /** Of a query that does not hold (`QQL_INVALID`). */
  readonly errors: QueryError[];

  constructor(
    readonly status: number,
    body: ErrorBody,
    /** Seconds that the server asks to wait. */
    readonly retryAfter?: number,
    /** Percent loaded, with `INDEX_STARTING`. */
    readonly progress?: number,
  ) {
    super(body.message);
    this.code = body.code;
    this.field = body.field;
    this.privilege = body.privilege;
    this.requestId = body.requestId;
    this.errors = body.errors ?? [];
  }
}

// Position of our last write. Sent with reads, so that a list shows what was just changed.
let lastWrite: string | null = null;

/** With `signal` the request ends when nobody wants its answer any more: the server runs few queries of a user at once. */
type Options = { query?: Query; body?: unknown; signal?: AbortSignal };

/** `body` goes as JSON; a file goes as it is. */
export async function request<T>(method: string, path: string, options: Options = {}) {
  const headers: Record<string, string> = { Accept: "application/json" };
  const isFile = options.body instanceof Blob;
  if (options.body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  if (method !== "GET") headers["X-Requested-With"] = "fettle";
  else if (lastWrite) headers["Fettle-At"] = lastWrite;
  const response = await send(path + queryText(options.query), {
    method,
    headers,
    credentials: "same-origin",
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.body === undefined ? {} : { body: isFile ? (options.body as Blob) : JSON.stringify(options.body) }),
  });
  lastWrite = response.headers.get("Fettle-At") ?? lastWrite;
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function queryText(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text && `?${text}`;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, { code: "UNREACHABLE", message: "The server does not answer." });
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  const body = await response.json().catch(() => null);
  const error: ErrorBody = body?.error ?? {
    code: `HTTP_${response.status}`,
    message: `The server answered ${response.status}.`,
  };
  return new ApiError(response.status, error, retryAfter, body?.progress ?? body?.error?.progress);
}
