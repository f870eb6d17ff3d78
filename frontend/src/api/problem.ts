/** A failure as the API tells it: a sentence that says what to do. */
export class Problem extends Error {
  /** HTTP status; 0: the server did not answer at all. */
  readonly status: number;
  /** Name of the error. */
  readonly kind: string;
  /** Stable name of the sentence; empty where the server gives none. */
  readonly code: string;
  /** Language of the sentence. */
  readonly language: string;

  constructor(status: number, detail: string, kind = "", code = "", language = "en") {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.kind = kind;
    this.code = code;
    this.language = language;
  }

  /** True where the same request may succeed later without anybody changing it. */
  get passing(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
  }

  /** True where the server said it in another language than its own. */
  get translated(): boolean {
    return this.language !== "en";
  }
}

interface ProblemDocument {
  detail?: string;
  error?: string;
  code?: string;
  parts?: { database?: { about?: string } };
}

/** Return the problem that a response tells. */
export async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as ProblemDocument;
  const detail = said.detail ?? said.parts?.database?.about ?? response.statusText;
  const language = response.headers.get("Content-Language") ?? "en";
  return new Problem(response.status, detail, said.error, said.code, language);
}
