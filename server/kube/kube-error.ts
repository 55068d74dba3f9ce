/** What went wrong between us and an API server. */
import type { KubernetesStatus } from '@/lib/dashboard-api/errors'

export type KubeErrorCode = 'unreachable' | 'status' | 'bad-answer'

/** Compare `code`, never `instanceof`: Next may load this module twice in one process. */
export class KubeError extends Error {
  readonly code: KubeErrorCode
  /** The API server's own words; absent when it was not reached. */
  readonly status: KubernetesStatus | undefined

  constructor(code: KubeErrorCode, message: string, options: { status?: KubernetesStatus; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'KubeError'
    this.code = code
    this.status = options.status
  }
}

export function isKubeError(error: unknown): error is KubeError {
  return error instanceof Error && error.name === 'KubeError'
}

/** The HTTP status of a Status error, or 0. */
export function statusCodeOf(error: unknown): number {
  return isKubeError(error) ? (error.status?.code ?? 0) : 0
}

/** A metav1 Status as the wire contract carries it. Anything else keeps its text as the message. */
export function toKubernetesStatus(httpStatus: number, body: unknown): KubernetesStatus {
  const status = isRecord(body) ? body : {}
  const details = isRecord(status['details']) ? status['details'] : {}
  const causes = Array.isArray(details['causes']) ? details['causes'].filter(isRecord) : []
  return {
    code: httpStatus,
    reason: text(status['reason']),
    message: text(status['message']) || (typeof body === 'string' ? body.trim() : '') || `HTTP ${httpStatus}`,
    causes: causes.map((cause) => ({
      reason: text(cause['reason']),
      field: text(cause['field']),
      message: text(cause['message']),
    })),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
