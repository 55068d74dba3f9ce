import type { KubernetesStatus } from '@/lib/dashboard-api/errors'

/** What went wrong between us and an API server; also the field `code` in logs. */
export type KubeErrorCode =
  /** The server could not be reached: refused, reset, unknown host, TLS. */
  | 'unreachable'
  /** No answer within the deadline. */
  | 'timeout'
  /** The caller gave up. */
  | 'aborted'
  /** Credentials could not be prepared, for example a failing exec plugin. */
  | 'credentials'
  /** The server answered with a Status or a code of 400 or above: see `status`. */
  | 'status'
  /** The answer is larger than we read. */
  | 'too-large'
  /** The answer is not what the API promises. */
  | 'malformed'

/** The one error of this plane. `message` is a sentence for a person. */
export class KubeError extends Error {
  readonly code: KubeErrorCode
  /** Set exactly when `code` is `status`. */
  readonly status: KubernetesStatus | null

  constructor(
    code: KubeErrorCode,
    message: string,
    options: { status?: KubernetesStatus; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KubeError'
    this.code = code
    this.status = options.status ?? null
  }
}

/** Whether an error is the server's answer with this HTTP code. */
export function hasStatus(error: unknown, code: number): error is KubeError {
  return error instanceof KubeError && error.status?.code === code
}

/** A Status as the dashboard shows it, from whatever the server answered: a Status object, other JSON, or plain text. */
export function toKubernetesStatus(httpStatus: number, body: string): KubernetesStatus {
  const parsed = parseObject(body)
  if (parsed?.['kind'] !== 'Status') {
    const text = body.trim().slice(0, 512)
    return {
      code: httpStatus,
      reason: '',
      message: text === '' ? `The server answered ${httpStatus} without a reason.` : text,
      causes: [],
    }
  }
  const details = asObject(parsed['details'])
  const causes = Array.isArray(details?.['causes']) ? details['causes'] : []
  return {
    code: typeof parsed['code'] === 'number' ? parsed['code'] : httpStatus,
    reason: text(parsed['reason']),
    message: text(parsed['message']),
    causes: causes.map((cause: unknown) => {
      const fields = asObject(cause)
      return {
        reason: text(fields?.['reason']),
        field: text(fields?.['field']),
        message: text(fields?.['message']),
      }
    }),
  }
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(body))
  } catch {
    // Not JSON: `404 page not found`, a proxy's page. The caller shows the text.
    return null
  }
}

/** The value itself when it is an object with fields, null for anything else. */
export function asObject(value: unknown): Record<string, unknown> | null {
  return isRecord(value) ? value : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
